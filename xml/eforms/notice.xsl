<?xml version="1.0" encoding="UTF-8"?>
<!-- Any eForms notice as a German HTML fragment. Values may carry their German words as attributes of the view namespace
     (vergabe/exchange/eforms/view.py); without them they are shown as they are. What no section claims is shown at the end:
     no text of the notice is left out. -->
<xsl:stylesheet version="1.0"
                xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
                xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
                xmlns:ext="urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
                xmlns:efac="http://data.europa.eu/p27/eforms-ubl-extension-aggregate-components/1"
                xmlns:efbc="http://data.europa.eu/p27/eforms-ubl-extension-basic-components/1"
                xmlns:efext="http://data.europa.eu/p27/eforms-ubl-extensions/1"
                xmlns:v="urn:vergabe:eforms-view:1"
                exclude-result-prefixes="cac cbc ext efac efbc efext v">
  <xsl:output method="html" encoding="UTF-8"/>
  <xsl:variable name="facts" select="/*/ext:UBLExtensions/ext:UBLExtension/ext:ExtensionContent/efext:EformsExtension"/>
  <xsl:variable name="plain"> Description TendererRequirementTypeCode ExecutionRequirementCode CriterionTypeCode Name ParameterCode ParameterNumeric Department StreetName AdditionalStreetName Line CityName PostalZone Region CountrySubentityCode IdentificationCode </xsl:variable>
  <xsl:variable name="lots" select="/*/cac:ProcurementProjectLot"/>
  <xsl:variable name="companies" select="$facts/efac:Organizations/efac:Organization"/>

  <xsl:template match="/*">
    <article class="app-eforms">
      <xsl:call-template name="changes"/>
      <section>
        <h2 class="kern-heading-medium">Auf einen Blick</h2>
        <dl>
          <xsl:apply-templates select="$facts/efac:NoticeSubType/cbc:SubTypeCode" mode="fact"><xsl:with-param name="label">Art der Bekanntmachung</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="cac:ProcurementProject/cbc:Name" mode="fact"><xsl:with-param name="label">Titel</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="cac:ProcurementProject/cbc:ID" mode="fact"><xsl:with-param name="label">Aktenzeichen</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="cac:TenderingProcess/cbc:ProcedureCode" mode="fact"><xsl:with-param name="label">Verfahrensart</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="cac:ProcurementProject/cbc:ProcurementTypeCode" mode="fact"><xsl:with-param name="label">Art des Auftrags</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="cac:ProcurementProject/cac:MainCommodityClassification/cbc:ItemClassificationCode" mode="fact"><xsl:with-param name="label">Gegenstand (CPV)</xsl:with-param></xsl:apply-templates>
          <xsl:apply-templates select="cac:ProcurementProject/cac:RequestedTenderTotal/cbc:EstimatedOverallContractAmount" mode="fact"><xsl:with-param name="label">Geschätzter Wert (netto)</xsl:with-param></xsl:apply-templates>
          <xsl:call-template name="deadlines"/>
        </dl>
      </section>
      <xsl:call-template name="buyers"/>
      <xsl:call-template name="section"><xsl:with-param name="title">Verfahren</xsl:with-param><xsl:with-param name="content" select="cac:ProcurementProject | cac:TenderingProcess | cac:TenderingTerms"/></xsl:call-template>
      <xsl:if test="$lots">
        <section>
          <h2 class="kern-heading-medium"><xsl:choose><xsl:when test="$lots/cbc:ID/@schemeName = 'Part'">Teile</xsl:when><xsl:otherwise>Lose</xsl:otherwise></xsl:choose></h2>
          <xsl:apply-templates select="$lots" mode="lot"/>
        </section>
      </xsl:if>
      <xsl:call-template name="section"><xsl:with-param name="title">Ergebnis</xsl:with-param><xsl:with-param name="content" select="$facts/efac:NoticeResult"/></xsl:call-template>
      <xsl:if test="$facts/efac:Organizations">
        <section>
          <h2 class="kern-heading-medium">Organisationen</h2>
          <xsl:apply-templates select="$facts/efac:Organizations/*" mode="party"/>
        </section>
      </xsl:if>
      <section>
        <h2 class="kern-heading-medium">Über diese Bekanntmachung</h2>
        <dl>
          <xsl:apply-templates select="$facts/*[not(self::efac:Changes or self::efac:Organizations or self::efac:NoticeResult)]" mode="row"/>
          <xsl:apply-templates select="*[not(self::ext:UBLExtensions or self::cac:ProcurementProject or self::cac:TenderingProcess or self::cac:TenderingTerms or self::cac:ProcurementProjectLot or self::cac:ContractingParty)]" mode="row"/>
          <xsl:apply-templates select="ext:UBLExtensions/*/*[not(self::ext:ExtensionContent)] | ext:UBLExtensions/*/ext:ExtensionContent/*[not(self::efext:EformsExtension)]" mode="row"/>
        </dl>
      </section>
    </article>
  </xsl:template>

  <!-- Changes come first: whoever knows the notice wants only these. -->
  <xsl:template name="changes">
    <xsl:variable name="changes" select="$facts/efac:Changes"/>
    <xsl:if test="$changes">
      <section class="app-eforms-changes">
        <h2 class="kern-heading-medium"><xsl:choose>
          <xsl:when test="$changes//cbc:ReasonCode = 'cancel'">Diese Bekanntmachung hebt eine andere auf</xsl:when>
          <xsl:otherwise>Was sich geändert hat</xsl:otherwise>
        </xsl:choose></h2>
        <dl><xsl:apply-templates select="$changes/*" mode="row"/></dl>
      </section>
    </xsl:if>
  </xsl:template>

  <!-- Each deadline once, with the lots it holds for where they differ. -->
  <xsl:template name="deadlines">
    <xsl:call-template name="deadline"><xsl:with-param name="label">Teilnahmeanträge bis</xsl:with-param><xsl:with-param name="ends" select="$lots/cac:TenderingProcess/cac:ParticipationRequestReceptionPeriod/cbc:EndDate"/></xsl:call-template>
    <xsl:call-template name="deadline"><xsl:with-param name="label">Angebote bis</xsl:with-param><xsl:with-param name="ends" select="$lots/cac:TenderingProcess/cac:TenderSubmissionDeadlinePeriod/cbc:EndDate"/></xsl:call-template>
    <xsl:call-template name="deadline"><xsl:with-param name="label">Fragen bis</xsl:with-param><xsl:with-param name="ends" select="$lots/cac:TenderingProcess/cac:AdditionalInformationRequestPeriod/cbc:EndDate"/></xsl:call-template>
    <xsl:call-template name="deadline"><xsl:with-param name="label">Öffnung der Angebote</xsl:with-param><xsl:with-param name="ends" select="$lots/cac:TenderingProcess/cac:OpenTenderEvent/cbc:OccurrenceDate"/></xsl:call-template>
  </xsl:template>

  <xsl:template name="deadline">
    <xsl:param name="label"/>
    <xsl:param name="ends"/>
    <xsl:if test="$ends">
      <xsl:variable name="differ" select="$ends[string(@v:value) != string($ends[1]/@v:value) or . != $ends[1]] or count($ends) &lt; count($lots)"/>
      <div>
        <dt><xsl:value-of select="$label"/></dt>
        <xsl:choose>
          <xsl:when test="$differ">
            <xsl:for-each select="$ends">
              <dd><strong><xsl:apply-templates select="." mode="value"/></strong><xsl:text> (</xsl:text><xsl:value-of select="ancestor::cac:ProcurementProjectLot/cbc:ID"/><xsl:text>)</xsl:text></dd>
            </xsl:for-each>
          </xsl:when>
          <xsl:otherwise><dd><strong><xsl:apply-templates select="$ends[1]" mode="value"/></strong></dd></xsl:otherwise>
        </xsl:choose>
      </div>
    </xsl:if>
  </xsl:template>

  <xsl:template name="buyers">
    <xsl:variable name="buyers" select="cac:ContractingParty"/>
    <xsl:if test="$buyers">
      <section>
        <h2 class="kern-heading-medium">Auftraggeber</h2>
        <xsl:if test="count($buyers) &gt; 1"><p class="kern-body">Gemeinsame Vergabe von <xsl:value-of select="count($buyers)"/> Auftraggebern.</p></xsl:if>
        <xsl:for-each select="$buyers">
          <xsl:variable name="key" select="normalize-space(cac:Party/cac:PartyIdentification/cbc:ID)"/>
          <xsl:variable name="who" select="$companies[efac:Company/cac:PartyIdentification/cbc:ID = $key]"/>
          <xsl:variable name="leads" select="$who/efbc:GroupLeadIndicator = 'true'"/>
          <h3 class="kern-heading-small"><xsl:value-of select="$who/efac:Company/cac:PartyName/cbc:Name"/><xsl:if test="not($who)"><xsl:value-of select="$key"/></xsl:if><xsl:if test="$leads"><xsl:text> – Federführung</xsl:text></xsl:if></h3>
          <dl><xsl:apply-templates select="*" mode="row"/></dl>
        </xsl:for-each>
      </section>
    </xsl:if>
  </xsl:template>

  <xsl:template name="section">
    <xsl:param name="title"/>
    <xsl:param name="content"/>
    <xsl:if test="$content//text()[normalize-space()]">
      <section>
        <h2 class="kern-heading-medium"><xsl:value-of select="$title"/></h2>
        <dl><xsl:apply-templates select="$content/*" mode="row"/></dl>
      </section>
    </xsl:if>
  </xsl:template>

  <xsl:template match="cac:ProcurementProjectLot" mode="lot">
    <section>
      <xsl:call-template name="anchor"/>
      <h3 class="kern-heading-small"><xsl:value-of select="cbc:ID"/><xsl:if test="cac:ProcurementProject/cbc:Name"><xsl:text>: </xsl:text><xsl:value-of select="cac:ProcurementProject/cbc:Name[1]"/></xsl:if></h3>
      <dl><xsl:apply-templates select="cbc:*" mode="row"/><xsl:apply-templates select="cac:ProcurementProject/*" mode="row"/></dl>
      <xsl:call-template name="part"><xsl:with-param name="title">Verfahren und Fristen</xsl:with-param><xsl:with-param name="content" select="cac:TenderingProcess/*"/></xsl:call-template>
      <xsl:call-template name="part"><xsl:with-param name="title">Bedingungen</xsl:with-param><xsl:with-param name="content" select="cac:TenderingTerms/*"/></xsl:call-template>
      <xsl:call-template name="part"><xsl:with-param name="title">Weiteres</xsl:with-param><xsl:with-param name="content" select="*[not(self::cbc:* or self::cac:ProcurementProject or self::cac:TenderingProcess or self::cac:TenderingTerms)]"/></xsl:call-template>
    </section>
  </xsl:template>

  <xsl:template name="part">
    <xsl:param name="title"/>
    <xsl:param name="content"/>
    <xsl:if test="$content/descendant-or-self::*/text()[normalize-space()]">
      <h4 class="app-eforms-part"><xsl:value-of select="$title"/></h4>
      <dl><xsl:apply-templates select="$content" mode="row"/></dl>
    </xsl:if>
  </xsl:template>

  <xsl:template match="*" mode="party">
    <xsl:if test=".//text()[normalize-space()]">
      <section>
        <xsl:for-each select="descendant-or-self::*[@v:anchor][1]"><xsl:call-template name="anchor"/></xsl:for-each>
        <h3 class="kern-heading-small"><xsl:choose>
          <xsl:when test="efac:Company/cac:PartyName/cbc:Name"><xsl:value-of select="efac:Company/cac:PartyName/cbc:Name[1]"/></xsl:when>
          <xsl:when test="cbc:FamilyName"><xsl:value-of select="cbc:FirstName"/><xsl:text> </xsl:text><xsl:value-of select="cbc:FamilyName"/></xsl:when>
          <xsl:otherwise><xsl:value-of select="descendant-or-self::*/cbc:ID"/></xsl:otherwise>
        </xsl:choose></h3>
        <dl><xsl:apply-templates select="*" mode="row"/></dl>
      </section>
    </xsl:if>
  </xsl:template>

  <xsl:template name="anchor"><xsl:if test="@v:anchor"><xsl:attribute name="id"><xsl:value-of select="@v:anchor"/></xsl:attribute></xsl:if></xsl:template>

  <!-- A row: a value with its name; or what belongs together, under a heading of its own. -->
  <xsl:template match="*" mode="row">
    <xsl:variable name="own" select="text()[normalize-space()]"/>
    <xsl:choose>
      <xsl:when test="@v:said"/>
      <xsl:when test="not(*)"><xsl:if test="$own"><xsl:apply-templates select="." mode="fact"/></xsl:if></xsl:when>
      <xsl:otherwise>
        <xsl:variable name="heading"><xsl:apply-templates select="." mode="heading"/></xsl:variable>
        <xsl:variable name="values" select="descendant::*[not(*) and normalize-space() and not(@v:said)]"/>
        <xsl:choose>
          <!-- Where values explain themselves, one line each is enough. -->
          <xsl:when test="string($heading) and count($values) &gt; 1 and count($values) &lt; 9 and not($values[not(contains($plain, concat(' ', local-name(), ' ')))])">
            <div>
              <xsl:call-template name="anchor"/>
              <dt><xsl:value-of select="$heading"/></dt>
              <xsl:for-each select="$values"><dd><xsl:apply-templates select="." mode="value"/></dd></xsl:for-each>
            </div>
          </xsl:when>
          <xsl:when test="string($heading) and count($values) &gt; 1">
            <div class="app-eforms-group">
              <xsl:call-template name="anchor"/>
              <dt><xsl:value-of select="$heading"/></dt>
              <dd><dl><xsl:apply-templates select="*" mode="row"/></dl></dd>
            </div>
          </xsl:when>
          <xsl:otherwise><xsl:apply-templates select="*" mode="row"/></xsl:otherwise>
        </xsl:choose>
        <xsl:if test="$own"><div><dt><xsl:value-of select="local-name()"/></dt><dd><xsl:value-of select="normalize-space($own)"/></dd></div></xsl:if>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="*" mode="fact">
    <xsl:param name="label"><xsl:choose><xsl:when test="@v:label"><xsl:value-of select="@v:label"/></xsl:when><xsl:otherwise><xsl:value-of select="local-name()"/></xsl:otherwise></xsl:choose></xsl:param>
    <div><dt><xsl:value-of select="$label"/></dt><dd><xsl:apply-templates select="." mode="value"/></dd></div>
  </xsl:template>

  <xsl:template match="*" mode="value">
    <xsl:choose>
      <xsl:when test="@v:refers">
        <a class="app-link" href="#{@v:refers}"><xsl:choose><xsl:when test="string(@v:names)"><xsl:value-of select="@v:names"/> (<xsl:value-of select="."/>)</xsl:when><xsl:otherwise><xsl:value-of select="."/></xsl:otherwise></xsl:choose></a>
      </xsl:when>
      <xsl:when test="@v:says and (substring(local-name(), string-length(local-name()) - 3) = 'Date' or substring(local-name(), string-length(local-name()) - 3) = 'Time')">
        <time datetime="{@v:value}"><xsl:value-of select="@v:says"/></time>
      </xsl:when>
      <xsl:when test="@v:says"><data value="{@v:value}"><xsl:value-of select="@v:says"/></data></xsl:when>
      <xsl:when test="(starts-with(., 'https://') or starts-with(., 'http://')) and not(contains(normalize-space(), ' '))">
        <a class="app-link" href="{normalize-space()}" rel="noopener noreferrer nofollow"><xsl:value-of select="."/></a>
      </xsl:when>
      <xsl:when test="local-name() = 'ElectronicMail' and contains(., '@') and translate(., ' ?&amp;%', '') = string(.)">
        <a class="app-link" href="mailto:{.}"><xsl:value-of select="."/></a>
      </xsl:when>
      <xsl:otherwise>
        <span class="app-plain"><xsl:if test="@v:lang"><xsl:attribute name="lang"><xsl:value-of select="@v:lang"/></xsl:attribute></xsl:if><xsl:value-of select="."/></span>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- What belongs together; anything else is shown without a heading of its own. -->
  <xsl:template match="*" mode="heading"/>
  <xsl:template match="efac:Change" mode="heading">Änderung</xsl:template>
  <xsl:template match="efac:ChangeReason" mode="heading">Grund der Änderung</xsl:template>
  <xsl:template match="efac:Company" mode="heading"/>
  <xsl:template match="efac:TouchPoint" mode="heading">Kontaktstelle</xsl:template>
  <xsl:template match="cac:PostalAddress | cac:ResidenceAddress" mode="heading">Anschrift</xsl:template>
  <xsl:template match="cac:Contact" mode="heading">Kontakt</xsl:template>
  <xsl:template match="cac:ServiceProviderParty" mode="heading">Dienstleister</xsl:template>
  <xsl:template match="cac:RealizedLocation" mode="heading">Ort der Leistung</xsl:template>
  <xsl:template match="cac:MainCommodityClassification" mode="heading"/>
  <xsl:template match="cac:PlannedPeriod" mode="heading">Laufzeit</xsl:template>
  <xsl:template match="cac:ContractExtension" mode="heading">Verlängerung und Optionen</xsl:template>
  <xsl:template match="cac:RequestedTenderTotal" mode="heading">Wert</xsl:template>
  <xsl:template match="cac:ProcurementAdditionalType" mode="heading">Strategische Beschaffung</xsl:template>
  <xsl:template match="cac:ProcessJustification" mode="heading">Begründung</xsl:template>
  <xsl:template match="cac:NoticeDocumentReference" mode="heading">Frühere Bekanntmachung</xsl:template>
  <xsl:template match="cac:ProcurementLegislationDocumentReference" mode="heading">Rechtsgrundlage</xsl:template>
  <xsl:template match="cac:FiscalLegislationDocumentReference" mode="heading">Steuerrecht</xsl:template>
  <xsl:template match="cac:EnvironmentalLegislationDocumentReference" mode="heading">Umweltrecht</xsl:template>
  <xsl:template match="cac:EmploymentLegislationDocumentReference" mode="heading">Arbeitsrecht</xsl:template>
  <xsl:template match="cac:SpecificTendererRequirement" mode="heading">Anforderung</xsl:template>
  <xsl:template match="cac:SpecificTendererRequirement[cbc:TendererRequirementTypeCode/@listName = 'exclusion-ground']" mode="heading">Ausschlussgrund</xsl:template>
  <xsl:template match="efac:SelectionCriteria" mode="heading">Eignungskriterium</xsl:template>
  <xsl:template match="cac:LotDistribution" mode="heading">Begrenzung der Lose</xsl:template>
  <xsl:template match="cac:AwardingTerms" mode="heading">Zuschlag</xsl:template>
  <xsl:template match="cac:SubordinateAwardingCriterion" mode="heading">Zuschlagskriterium</xsl:template>
  <xsl:template match="efac:AwardCriterionParameter | efac:CriterionParameter" mode="heading">Gewichtung</xsl:template>
  <xsl:template match="cac:CallForTendersDocumentReference" mode="heading">Vergabeunterlagen</xsl:template>
  <xsl:template match="cac:ContractExecutionRequirement" mode="heading">Ausführungsbedingung</xsl:template>
  <xsl:template match="cac:AppealTerms" mode="heading">Nachprüfung</xsl:template>
  <xsl:template match="cac:AppealReceiverParty" mode="heading">Nachprüfungsstelle</xsl:template>
  <xsl:template match="cac:TenderSubmissionDeadlinePeriod" mode="heading">Frist für Angebote</xsl:template>
  <xsl:template match="cac:ParticipationRequestReceptionPeriod" mode="heading">Frist für Teilnahmeanträge</xsl:template>
  <xsl:template match="cac:AdditionalInformationRequestPeriod" mode="heading">Frist für Fragen</xsl:template>
  <xsl:template match="cac:InvitationSubmissionPeriod" mode="heading">Aufforderung zur Angebotsabgabe</xsl:template>
  <xsl:template match="cac:OpenTenderEvent" mode="heading">Öffnung der Angebote</xsl:template>
  <xsl:template match="cac:EconomicOperatorShortList" mode="heading">Auswahl der Bewerber</xsl:template>
  <xsl:template match="cac:FrameworkAgreement" mode="heading">Rahmenvereinbarung</xsl:template>
  <xsl:template match="cac:AuctionTerms" mode="heading">Elektronische Auktion</xsl:template>
  <xsl:template match="cac:RequiredFinancialGuarantee" mode="heading">Sicherheitsleistung</xsl:template>
  <xsl:template match="cac:SecurityClearanceTerm" mode="heading">Sicherheitsüberprüfung</xsl:template>
  <xsl:template match="cac:PostAwardProcess" mode="heading">Nach dem Zuschlag</xsl:template>
  <xsl:template match="cac:PaymentTerms" mode="heading">Zahlung</xsl:template>
  <xsl:template match="cac:Prize" mode="heading">Preis</xsl:template>
  <xsl:template match="cac:TechnicalCommitteePerson" mode="heading">Jury</xsl:template>
  <xsl:template match="cac:SubsequentProcessTenderRequirement | cac:AllowedSubcontractTerms | efac:SubcontractingTerm" mode="heading">Unteraufträge</xsl:template>
  <xsl:template match="efac:StrategicProcurement | efac:StrategicProcurementStatistics" mode="heading">Saubere Fahrzeuge</xsl:template>
  <xsl:template match="cac:ProcurementProjectLotReference | efac:LotsGroup" mode="heading">Losgruppe</xsl:template>
  <xsl:template match="efac:LotResult" mode="heading">Ergebnis eines Loses</xsl:template>
  <xsl:template match="efac:LotTender" mode="heading">Angebot</xsl:template>
  <xsl:template match="efac:TenderingParty" mode="heading">Bieter</xsl:template>
  <xsl:template match="efac:Tenderer" mode="heading">Mitglied der Bietergemeinschaft</xsl:template>
  <xsl:template match="efac:SubContractor" mode="heading">Unterauftragnehmer</xsl:template>
  <xsl:template match="efac:SettledContract" mode="heading">Vertrag</xsl:template>
  <xsl:template match="efac:ContractModification" mode="heading">Änderung des Vertrags</xsl:template>
  <xsl:template match="efac:FrameworkAgreementValues" mode="heading">Werte der Rahmenvereinbarung</xsl:template>
  <xsl:template match="efac:ReceivedSubmissionsStatistics" mode="heading">Eingegangene Angebote</xsl:template>
  <xsl:template match="efac:AppealRequestsStatistics" mode="heading">Nachprüfungsanträge</xsl:template>
  <xsl:template match="efac:AppealInformation" mode="heading">Nachprüfungsverfahren</xsl:template>
  <xsl:template match="efac:DecisionReason" mode="heading">Warum kein Zuschlag</xsl:template>
  <xsl:template match="efac:ConcessionRevenue" mode="heading">Einnahmen der Konzession</xsl:template>
  <xsl:template match="efac:FieldsPrivacy" mode="heading">Nicht veröffentlichte Angabe</xsl:template>
  <xsl:template match="efac:Funding" mode="heading">EU-Mittel</xsl:template>
  <xsl:template match="efac:Publication" mode="heading">Veröffentlichung im Amtsblatt</xsl:template>
  <xsl:template match="efac:ProcurementDetails" mode="heading">Vertragsgegenstand</xsl:template>
  <xsl:template match="efac:UltimateBeneficialOwner" mode="heading">Wirtschaftlich Berechtigter</xsl:template>
  <xsl:template match="cac:TenderResult" mode="heading"/>
</xsl:stylesheet>
