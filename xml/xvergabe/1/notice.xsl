<?xml version="1.0" encoding="UTF-8"?>
<!-- A notice of the profile as a German page. Modelled on XVergabe 4.x; not the official schema, not conformant, not certified. -->
<xsl:stylesheet version="1.0"
                xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
                xmlns:doc="urn:vergabe:xvergabe-profile:documents:1"
                xmlns:dt="urn:vergabe:xvergabe-profile:datatypes:1"
                exclude-result-prefixes="doc dt">
  <xsl:output method="html" encoding="UTF-8" indent="yes" doctype-system="about:legacy-compat"/>
  <xsl:decimal-format name="de" decimal-separator="," grouping-separator="."/>

  <xsl:template match="/doc:Notice | /doc:ChangeNotice | /doc:CancellationNotice">
    <html lang="de">
      <head>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <title><xsl:apply-templates select="." mode="kind"/>: <xsl:value-of select="doc:procedure/doc:title"/></title>
        <style>
          body { font-family: sans-serif; line-height: 1.5; max-width: 60rem; margin: 0 auto; padding: 1rem; }
          table { border-collapse: collapse; width: 100%; }
          th, td { border: 1px solid #666; padding: .3rem .5rem; text-align: left; vertical-align: top; }
          dt { font-weight: bold; }
          .text { white-space: pre-line; overflow-wrap: anywhere; }
          .hash { font-family: monospace; overflow-wrap: anywhere; }
        </style>
      </head>
      <body>
        <main>
          <h1 lang="{doc:language}"><xsl:value-of select="doc:procedure/doc:title"/></h1>
          <p><xsl:apply-templates select="." mode="kind"/>, Aktenzeichen <xsl:value-of select="doc:procedure/doc:reference"/>, Fassung <xsl:value-of select="doc:noticeVersion"/>, ausgestellt am <xsl:apply-templates select="doc:issuedDateTime" mode="instant"/></p>
          <xsl:apply-templates select="." mode="news"/>
          <xsl:apply-templates select="doc:deadlines"/>
          <section>
            <h2>Auftraggeber</h2>
            <xsl:if test="count(doc:contractingAuthority) &gt; 1"><p>Gemeinsame Vergabe von <xsl:value-of select="count(doc:contractingAuthority)"/> Auftraggebern.</p></xsl:if>
            <ul><xsl:apply-templates select="doc:contractingAuthority"/></ul>
            <h3>Ansprechstelle</h3>
            <p><xsl:apply-templates select="doc:contact"/></p>
          </section>
          <xsl:apply-templates select="doc:procedure"/>
          <section>
            <h2>Lose</h2>
            <xsl:apply-templates select="doc:lotOverview"/>
          </section>
          <xsl:if test="doc:awardCriterion">
            <section>
              <h2>Zuschlagskriterien</h2>
              <xsl:call-template name="criteria"/>
            </section>
          </xsl:if>
          <xsl:if test="doc:selectionCriterion">
            <section>
              <h2>Eignung</h2>
              <dl>
                <xsl:for-each select="doc:selectionCriterion">
                  <dt><xsl:value-of select="doc:name"/></dt>
                  <dd class="text"><xsl:value-of select="doc:description"/></dd>
                </xsl:for-each>
              </dl>
            </section>
          </xsl:if>
          <section>
            <h2>Vergabeunterlagen</h2>
            <p>Frei, vollständig, unmittelbar und ohne Registrierung: <xsl:apply-templates select="doc:platform/doc:documentsURL" mode="link"/></p>
            <xsl:if test="doc:document"><xsl:call-template name="documents"/></xsl:if>
          </section>
          <xsl:apply-templates select="doc:submission"/>
          <xsl:apply-templates select="doc:reviewBody"/>
          <xsl:if test="doc:additionalInformation">
            <section>
              <h2>Weitere Angaben</h2>
              <p class="text"><xsl:value-of select="doc:additionalInformation"/></p>
            </section>
          </xsl:if>
          <section>
            <h2>Für Programme</h2>
            <dl>
              <dt>Schnittstelle</dt><dd><xsl:value-of select="doc:platform/doc:endpoint"/></dd>
              <dt>Kennung des Verfahrens</dt><dd><xsl:value-of select="doc:platform/doc:tenderID"/></dd>
              <dt>Kennung der Bekanntmachung</dt><dd><xsl:value-of select="doc:noticeID"/></dd>
            </dl>
          </section>
        </main>
      </body>
    </html>
  </xsl:template>
  <!-- Anything else has no view. -->
  <xsl:template match="/*" priority="-1"><html lang="de"><head><title>Keine Bekanntmachung</title></head><body><p>Dieses Dokument ist keine Bekanntmachung.</p></body></html></xsl:template>

  <xsl:template match="doc:Notice" mode="kind">Bekanntmachung</xsl:template>
  <xsl:template match="doc:ChangeNotice" mode="kind">Änderungsbekanntmachung</xsl:template>
  <xsl:template match="doc:CancellationNotice" mode="kind">Bekanntmachung der Aufhebung</xsl:template>

  <!-- What is new in a change or a cancellation -->
  <xsl:template match="doc:Notice" mode="news"/>
  <xsl:template match="doc:ChangeNotice" mode="news">
    <section>
      <h2>Was sich geändert hat</h2>
      <p><xsl:apply-templates select="doc:changeReason" mode="label"/>. Geändert wird Fassung <xsl:value-of select="doc:changedNoticeVersion"/>.</p>
      <xsl:if test="doc:changeExplanation"><p class="text"><xsl:value-of select="doc:changeExplanation"/></p></xsl:if>
      <table>
        <thead><tr><th scope="col">Änderung</th><th scope="col">Lose</th><th scope="col">Bisher</th><th scope="col">Neu</th></tr></thead>
        <tbody>
          <xsl:for-each select="doc:change">
            <tr>
              <td class="text"><xsl:value-of select="doc:description"/></td>
              <td><xsl:call-template name="lots-or-all"><xsl:with-param name="lots" select="doc:lotID"/></xsl:call-template></td>
              <td class="text"><xsl:value-of select="doc:before"/></td>
              <td class="text"><xsl:value-of select="doc:after"/></td>
            </tr>
          </xsl:for-each>
        </tbody>
      </table>
    </section>
  </xsl:template>
  <xsl:template match="doc:CancellationNotice" mode="news">
    <section>
      <h2>Aufhebung</h2>
      <p>Aufgehoben am <xsl:apply-templates select="doc:cancelledAt" mode="instant"/>: <xsl:call-template name="lots-or-all"><xsl:with-param name="lots" select="doc:cancelledLotID"/></xsl:call-template>.</p>
      <p><xsl:apply-templates select="doc:cancellationReason" mode="label"/><xsl:if test="doc:cancellationLaw"> (<xsl:value-of select="doc:cancellationLaw"/>)</xsl:if></p>
      <p class="text"><xsl:value-of select="doc:cancellationExplanation"/></p>
    </section>
  </xsl:template>

  <xsl:template match="doc:deadlines">
    <section>
      <h2>Fristen</h2>
      <dl>
        <xsl:if test="doc:participationUntil"><dt>Teilnahmeanträge</dt><dd><xsl:apply-templates select="doc:participationUntil" mode="instant"/></dd></xsl:if>
        <xsl:if test="doc:submissionUntil"><dt>Angebote</dt><dd><xsl:apply-templates select="doc:submissionUntil" mode="instant"/></dd></xsl:if>
        <xsl:if test="doc:questionsUntil"><dt>Bieterfragen</dt><dd><xsl:apply-templates select="doc:questionsUntil" mode="instant"/></dd></xsl:if>
        <xsl:if test="doc:openingAt"><dt>Öffnung der Angebote</dt><dd><xsl:apply-templates select="doc:openingAt" mode="instant"/></dd></xsl:if>
        <xsl:if test="doc:boundUntil"><dt>Bindung an das Angebot</dt><dd><xsl:apply-templates select="doc:boundUntil" mode="instant"/></dd></xsl:if>
      </dl>
      <p>Alle Zeiten sind deutsche Ortszeit. Verspätet ist, was zu dem genannten Zeitpunkt oder später eingeht.</p>
    </section>
  </xsl:template>

  <xsl:template match="doc:contractingAuthority">
    <li>
      <xsl:value-of select="dt:name"/><xsl:if test="@lead = 'true' or @lead = '1'"> (federführend)</xsl:if>
      <xsl:text>, </xsl:text><xsl:apply-templates select="dt:address"/>
      <xsl:if test="dt:contact"><xsl:text>, </xsl:text><xsl:apply-templates select="dt:contact"/></xsl:if>
    </li>
  </xsl:template>
  <xsl:template match="dt:address | doc:address">
    <xsl:if test="dt:street"><xsl:value-of select="dt:street"/>, </xsl:if>
    <xsl:if test="dt:postalCode"><xsl:value-of select="dt:postalCode"/><xsl:text> </xsl:text></xsl:if>
    <xsl:value-of select="dt:town"/>
    <xsl:if test="dt:nuts"> (<xsl:value-of select="dt:nuts"/>)</xsl:if>
  </xsl:template>
  <xsl:template match="dt:contact | doc:contact">
    <xsl:call-template name="list"><xsl:with-param name="items" select="dt:name | dt:email | dt:phone"/></xsl:call-template>
    <xsl:if test="dt:url"><xsl:if test="dt:name or dt:email or dt:phone">, </xsl:if><xsl:apply-templates select="dt:url" mode="link"/></xsl:if>
  </xsl:template>

  <xsl:template match="doc:procedure">
    <section>
      <h2>Gegenstand und Verfahren</h2>
      <p class="text" lang="{../doc:language}"><xsl:value-of select="doc:description"/></p>
      <dl>
        <dt>Verfahrensart</dt><dd><xsl:apply-templates select="doc:procedureType" mode="label"/></dd>
        <dt>Rechtsgrundlage</dt>
        <dd>
          <xsl:apply-templates select="doc:legalBasis" mode="label"/>
          <xsl:if test="doc:regime/dt:name">, <xsl:value-of select="doc:regime/dt:name"/></xsl:if>
          <xsl:choose>
            <xsl:when test="doc:aboveThreshold = 'true' or doc:aboveThreshold = '1'"> (EU-Schwellenwert erreicht)</xsl:when>
            <xsl:otherwise> (unter dem EU-Schwellenwert)</xsl:otherwise>
          </xsl:choose>
        </dd>
        <xsl:if test="doc:jointProcurementBasis"><dt>Gemeinsame Vergabe</dt><dd><xsl:value-of select="doc:jointProcurementBasis"/></dd></xsl:if>
        <dt>Art des Auftrags</dt><dd><xsl:apply-templates select="doc:contractNature" mode="label"/></dd>
        <dt>CPV</dt><dd><xsl:call-template name="list"><xsl:with-param name="items" select="doc:cpv | doc:additionalCPV"/></xsl:call-template></dd>
        <dt>Ort der Leistung</dt><dd><xsl:if test="doc:placeOfPerformance"><xsl:value-of select="doc:placeOfPerformance"/>, </xsl:if>NUTS <xsl:call-template name="list"><xsl:with-param name="items" select="doc:nuts"/></xsl:call-template></dd>
        <xsl:if test="doc:estimatedValueNet"><dt>Geschätzter Wert</dt><dd><xsl:apply-templates select="doc:estimatedValueNet" mode="amount"/></dd></xsl:if>
        <xsl:apply-templates select="doc:framework"/>
        <xsl:if test="doc:lotsJoinedReason"><dt>Gründe für die gemeinsame Vergabe von Losen</dt><dd class="text"><xsl:value-of select="doc:lotsJoinedReason"/></dd></xsl:if>
      </dl>
    </section>
  </xsl:template>
  <xsl:template match="doc:framework">
    <dt>Rahmenvereinbarung</dt>
    <dd>Ja<xsl:if test="doc:maximumValueNet">, höchstens <xsl:apply-templates select="doc:maximumValueNet" mode="amount"/></xsl:if><xsl:if test="doc:maximumParticipants">, höchstens <xsl:value-of select="doc:maximumParticipants"/> Auftragnehmer</xsl:if><xsl:if test="doc:durationMonths">, Laufzeit <xsl:value-of select="doc:durationMonths"/> Monate</xsl:if><xsl:if test="doc:durationReason"> (<xsl:value-of select="doc:durationReason"/>)</xsl:if></dd>
  </xsl:template>

  <xsl:template match="doc:lotOverview">
    <xsl:for-each select="doc:lot">
      <article>
        <h3>Los <xsl:value-of select="doc:number"/>: <xsl:value-of select="doc:title"/></h3>
        <xsl:if test="doc:description"><p class="text"><xsl:value-of select="doc:description"/></p></xsl:if>
        <dl>
          <dt>Kennung, Art</dt><dd><xsl:value-of select="doc:lotID"/>, <xsl:apply-templates select="doc:kind" mode="label"/></dd>
          <dt>Für</dt><dd><xsl:call-template name="list"><xsl:with-param name="items" select="/*/doc:contractingAuthority[dt:authorityID = current()/doc:contractingAuthorityID]/dt:name"/></xsl:call-template></dd>
          <dt>CPV</dt><dd><xsl:call-template name="list"><xsl:with-param name="items" select="doc:cpv | doc:additionalCPV"/></xsl:call-template></dd>
          <xsl:if test="doc:nuts"><dt>Ort</dt><dd>NUTS <xsl:call-template name="list"><xsl:with-param name="items" select="doc:nuts"/></xsl:call-template></dd></xsl:if>
          <xsl:if test="doc:estimatedValueNet"><dt>Geschätzter Wert</dt><dd><xsl:apply-templates select="doc:estimatedValueNet" mode="amount"/></dd></xsl:if>
          <xsl:if test="doc:performanceFrom"><dt>Beginn der Leistung</dt><dd><xsl:apply-templates select="doc:performanceFrom" mode="day"/></dd></xsl:if>
          <xsl:if test="doc:performanceUntil"><dt>Ende der Leistung</dt><dd><xsl:apply-templates select="doc:performanceUntil" mode="day"/></dd></xsl:if>
          <xsl:if test="doc:renewal"><dt>Verlängerung</dt><dd><xsl:value-of select="doc:renewal"/></dd></xsl:if>
        </dl>
        <xsl:if test="doc:awardCriterion"><h4>Zuschlagskriterien für dieses Los</h4><xsl:call-template name="criteria"/></xsl:if>
      </article>
    </xsl:for-each>
    <xsl:if test="doc:maxLotsPerBid"><p>Höchstzahl der Lose je Angebot: <xsl:value-of select="doc:maxLotsPerBid"/></p></xsl:if>
    <xsl:if test="doc:maxLotsPerBidder"><p>Höchstzahl der Lose je Bieter: <xsl:value-of select="doc:maxLotsPerBidder"/></p></xsl:if>
    <xsl:if test="doc:combinationRule"><p class="text"><xsl:value-of select="doc:combinationRule"/></p></xsl:if>
  </xsl:template>

  <xsl:template match="doc:submission">
    <section>
      <h2>Angebotsabgabe</h2>
      <dl>
        <xsl:if test="../doc:platform/doc:submissionURL"><dt>Abgabe unter</dt><dd><xsl:apply-templates select="../doc:platform/doc:submissionURL" mode="link"/></dd></xsl:if>
        <dt>Form</dt><dd><xsl:if test="doc:electronicOnly = 'true' or doc:electronicOnly = '1'">Nur elektronisch, </xsl:if><xsl:apply-templates select="doc:signatureLevel" mode="label"/></dd>
        <dt>Sprachen</dt><dd><xsl:call-template name="list"><xsl:with-param name="items" select="doc:bidLanguage"/></xsl:call-template></dd>
        <dt>Nebenangebote</dt><dd><xsl:if test="not(doc:variantsAllowed = 'true' or doc:variantsAllowed = '1')">nicht </xsl:if>zugelassen</dd>
      </dl>
    </section>
  </xsl:template>

  <xsl:template match="doc:reviewBody">
    <section>
      <h2>Nachprüfung</h2>
      <p><xsl:value-of select="doc:name"/><xsl:if test="doc:address">, <xsl:apply-templates select="doc:address"/></xsl:if><xsl:if test="doc:contact">, <xsl:apply-templates select="doc:contact"/></xsl:if></p>
      <xsl:if test="doc:information"><p class="text"><xsl:value-of select="doc:information"/></p></xsl:if>
    </section>
  </xsl:template>

  <!-- Tables and lists -->
  <xsl:template name="criteria">
    <table>
      <thead><tr><th scope="col">Kriterium</th><th scope="col">Art</th><th scope="col">Gewicht</th></tr></thead>
      <tbody>
        <xsl:for-each select="doc:awardCriterion">
          <tr>
            <td class="text"><xsl:value-of select="doc:name"/><xsl:if test="doc:description">: <xsl:value-of select="doc:description"/></xsl:if></td>
            <td><xsl:apply-templates select="doc:kind" mode="label"/></td>
            <td><xsl:value-of select="format-number(doc:weightBasisPoints div 100, '##0,##', 'de')"/> %</td>
          </tr>
        </xsl:for-each>
      </tbody>
    </table>
  </xsl:template>
  <xsl:template name="documents">
    <table>
      <thead><tr><th scope="col">Dokument</th><th scope="col">Fassung</th><th scope="col">Lose</th><th scope="col">Größe</th><th scope="col">SHA-256</th></tr></thead>
      <tbody>
        <xsl:for-each select="doc:document">
          <tr>
            <td><xsl:value-of select="doc:title"/>: <xsl:apply-templates select="doc:url" mode="link"><xsl:with-param name="text" select="doc:fileName"/></xsl:apply-templates></td>
            <td><xsl:value-of select="doc:version"/></td>
            <td><xsl:call-template name="lots-or-all"><xsl:with-param name="lots" select="doc:lotID"/></xsl:call-template></td>
            <td><xsl:value-of select="format-number(doc:size, '#.##0', 'de')"/> Byte</td>
            <td class="hash"><xsl:value-of select="doc:sha256"/></td>
          </tr>
        </xsl:for-each>
      </tbody>
    </table>
  </xsl:template>
  <xsl:template name="list">
    <xsl:param name="items"/>
    <xsl:for-each select="$items"><xsl:if test="position() &gt; 1">, </xsl:if><xsl:value-of select="."/></xsl:for-each>
  </xsl:template>
  <xsl:template name="lots-or-all">
    <xsl:param name="lots"/>
    <xsl:choose>
      <xsl:when test="$lots"><xsl:call-template name="list"><xsl:with-param name="items" select="$lots"/></xsl:call-template></xsl:when>
      <xsl:otherwise>ganzes Verfahren</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- An address becomes a link only if it is one of the web. -->
  <xsl:template match="*" mode="link">
    <xsl:param name="text" select="."/>
    <xsl:choose>
      <xsl:when test="starts-with(., 'https://') or starts-with(., 'http://')"><a href="{.}"><xsl:value-of select="$text"/></a></xsl:when>
      <xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template match="*" mode="amount">
    <xsl:value-of select="format-number(., '#.##0,00', 'de')"/>
    <xsl:text>&#160;</xsl:text>
    <xsl:choose>
      <xsl:when test="@currency = 'EUR'">€</xsl:when>
      <xsl:otherwise><xsl:value-of select="@currency"/></xsl:otherwise>
    </xsl:choose>
    <xsl:text> netto</xsl:text>
  </xsl:template>
  <xsl:template match="*" mode="day"><xsl:value-of select="concat(substring(., 9, 2), '.', substring(., 6, 2), '.', substring(., 1, 4))"/></xsl:template>

  <!-- An instant in UTC as German wall-clock time: summer time runs from the last Sunday of March to the
       last Sunday of October, both at 01:00 UTC (Directive 2000/84/EC; the formula holds from 1996 to 2099). -->
  <xsl:template match="*" mode="instant">
    <xsl:choose>
      <xsl:when test="substring(., string-length(.)) = 'Z'">
        <xsl:call-template name="berlin">
          <xsl:with-param name="year" select="number(substring(., 1, 4))"/>
          <xsl:with-param name="month" select="number(substring(., 6, 2))"/>
          <xsl:with-param name="day" select="number(substring(., 9, 2))"/>
          <xsl:with-param name="hour" select="number(substring(., 12, 2))"/>
        </xsl:call-template>
      </xsl:when>
      <xsl:otherwise><xsl:value-of select="."/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>
  <xsl:template name="berlin">
    <xsl:param name="year"/>
    <xsl:param name="month"/>
    <xsl:param name="day"/>
    <xsl:param name="hour"/>
    <xsl:variable name="begins" select="31 - (floor(5 * $year div 4) + 4) mod 7"/>
    <xsl:variable name="ends" select="31 - (floor(5 * $year div 4) + 1) mod 7"/>
    <xsl:variable name="has-begun" select="$month &gt; 3 or ($month = 3 and ($day &gt; $begins or ($day = $begins and $hour &gt;= 1)))"/>
    <xsl:variable name="has-not-ended" select="$month &lt; 10 or ($month = 10 and ($day &lt; $ends or ($day = $ends and $hour &lt; 1)))"/>
    <xsl:variable name="local" select="$hour + 1 + number($has-begun and $has-not-ended)"/>
    <xsl:variable name="leap" select="number(($year mod 4 = 0 and $year mod 100 != 0) or $year mod 400 = 0)"/>
    <xsl:variable name="last">
      <xsl:choose>
        <xsl:when test="$month = 2"><xsl:value-of select="28 + $leap"/></xsl:when>
        <xsl:when test="$month = 4 or $month = 6 or $month = 9 or $month = 11">30</xsl:when>
        <xsl:otherwise>31</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <xsl:variable name="next-day" select="number($local &gt;= 24)"/>
    <xsl:variable name="next-month" select="number($next-day = 1 and $day = $last)"/>
    <xsl:variable name="next-year" select="number($next-month = 1 and $month = 12)"/>
    <xsl:variable name="d" select="($day + $next-day) * (1 - $next-month) + $next-month"/>
    <xsl:variable name="m" select="($month + $next-month) * (1 - $next-year) + $next-year"/>
    <xsl:variable name="seconds" select="substring(., 18, 2)"/>
    <xsl:value-of select="concat(format-number($d, '00'), '.', format-number($m, '00'), '.', $year + $next-year, ', ', format-number($local mod 24, '00'), ':', substring(., 15, 2))"/>
    <xsl:if test="$seconds != '00'"><xsl:value-of select="concat(':', $seconds)"/></xsl:if>
    <xsl:text> Uhr</xsl:text>
  </xsl:template>

  <!-- Names of codes, the same as in codelists.xsd -->
  <xsl:template mode="label" match="doc:procedureType[. = 'OPEN']">Offenes Verfahren / Öffentliche Ausschreibung</xsl:template>
  <xsl:template mode="label" match="doc:procedureType[. = 'RESTRICTED_WITH_TNW']">Nicht offenes Verfahren / Beschränkte Ausschreibung mit Teilnahmewettbewerb</xsl:template>
  <xsl:template mode="label" match="doc:procedureType[. = 'RESTRICTED_WITHOUT_TNW']">Beschränkte Ausschreibung ohne Teilnahmewettbewerb</xsl:template>
  <xsl:template mode="label" match="doc:procedureType[. = 'NEGOTIATED_WITH_TNW']">Verhandlungsverfahren / Verhandlungsvergabe mit Teilnahmewettbewerb</xsl:template>
  <xsl:template mode="label" match="doc:procedureType[. = 'NEGOTIATED_WITHOUT_TNW']">Verhandlungsverfahren / Verhandlungsvergabe ohne Teilnahmewettbewerb</xsl:template>
  <xsl:template mode="label" match="doc:procedureType[. = 'COMPETITIVE_DIALOGUE']">Wettbewerblicher Dialog</xsl:template>
  <xsl:template mode="label" match="doc:procedureType[. = 'INNOVATION_PARTNERSHIP']">Innovationspartnerschaft</xsl:template>
  <xsl:template mode="label" match="doc:procedureType[. = 'OTHER']">Sonstiges Verfahren</xsl:template>
  <xsl:template mode="label" match="doc:legalBasis[. = 'vgv']">Vergabeverordnung (VgV)</xsl:template>
  <xsl:template mode="label" match="doc:legalBasis[. = 'vob-a-eu']">VOB/A, Abschnitt 2 (EU)</xsl:template>
  <xsl:template mode="label" match="doc:legalBasis[. = 'sektvo']">Sektorenverordnung (SektVO)</xsl:template>
  <xsl:template mode="label" match="doc:legalBasis[. = 'konzvgv']">Konzessionsvergabeverordnung (KonzVgV)</xsl:template>
  <xsl:template mode="label" match="doc:legalBasis[. = 'uvgo']">Unterschwellenvergabeordnung (UVgO)</xsl:template>
  <xsl:template mode="label" match="doc:legalBasis[. = 'vob-a']">VOB/A, Abschnitt 1</xsl:template>
  <xsl:template mode="label" match="doc:legalBasis[. = 'vol-a']">VOL/A</xsl:template>
  <xsl:template mode="label" match="doc:legalBasis[. = 'other']">Andere Rechtsgrundlage</xsl:template>
  <xsl:template mode="label" match="doc:legalBasis[. = 'CrossBorderLaw']">Recht eines anderen Staates (grenzüberschreitende Vergabe)</xsl:template>
  <xsl:template mode="label" match="doc:contractNature[. = 'supplies']">Lieferleistung</xsl:template>
  <xsl:template mode="label" match="doc:contractNature[. = 'services']">Dienstleistung</xsl:template>
  <xsl:template mode="label" match="doc:contractNature[. = 'works']">Bauleistung</xsl:template>
  <xsl:template mode="label" match="doc:lot/doc:kind[. = 'WHOLE']">Ohne Aufteilung in Lose</xsl:template>
  <xsl:template mode="label" match="doc:lot/doc:kind[. = 'TRADE']">Fachlos</xsl:template>
  <xsl:template mode="label" match="doc:lot/doc:kind[. = 'QUANTITY']">Teillos</xsl:template>
  <xsl:template mode="label" match="doc:awardCriterion/doc:kind[. = 'PRICE']">Preis</xsl:template>
  <xsl:template mode="label" match="doc:awardCriterion/doc:kind[. = 'COST']">Kosten</xsl:template>
  <xsl:template mode="label" match="doc:awardCriterion/doc:kind[. = 'QUALITY']">Qualität</xsl:template>
  <xsl:template mode="label" match="doc:signatureLevel[. = 'TEXT_FORM']">Textform (§ 126b BGB)</xsl:template>
  <xsl:template mode="label" match="doc:signatureLevel[. = 'ADVANCED_SIGNATURE']">Fortgeschrittene elektronische Signatur</xsl:template>
  <xsl:template mode="label" match="doc:signatureLevel[. = 'QUALIFIED_SIGNATURE']">Qualifizierte elektronische Signatur</xsl:template>
  <xsl:template mode="label" match="doc:signatureLevel[. = 'ADVANCED_SEAL']">Fortgeschrittenes elektronisches Siegel</xsl:template>
  <xsl:template mode="label" match="doc:signatureLevel[. = 'QUALIFIED_SEAL']">Qualifiziertes elektronisches Siegel</xsl:template>
  <xsl:template mode="label" match="doc:changeReason[. = 'CORRECTION']">Berichtigung</xsl:template>
  <xsl:template mode="label" match="doc:changeReason[. = 'UPDATE']">Ergänzung</xsl:template>
  <xsl:template mode="label" match="doc:changeReason[. = 'DOCUMENTS_CHANGED']">Vergabeunterlagen geändert</xsl:template>
  <xsl:template mode="label" match="doc:changeReason[. = 'DEADLINE_CHANGED']">Frist geändert</xsl:template>
  <xsl:template mode="label" match="doc:changeReason[. = 'REVIEW']">Nachprüfung</xsl:template>
  <xsl:template mode="label" match="doc:cancellationReason[. = 'NO_SUITABLE_BID']">Kein Angebot entspricht den Bedingungen</xsl:template>
  <xsl:template mode="label" match="doc:cancellationReason[. = 'BASIS_CHANGED']">Grundlage des Verfahrens wesentlich geändert</xsl:template>
  <xsl:template mode="label" match="doc:cancellationReason[. = 'NO_ECONOMIC_RESULT']">Kein wirtschaftliches Ergebnis</xsl:template>
  <xsl:template mode="label" match="doc:cancellationReason[. = 'OTHER_SERIOUS_REASON']">Anderer schwerwiegender Grund</xsl:template>
  <xsl:template mode="label" match="doc:cancellationReason[. = 'REVIEW']">Entscheidung in der Nachprüfung</xsl:template>
  <xsl:template mode="label" match="doc:cancellationReason[. = 'PUBLISHED_BY_MISTAKE']">Irrtümlich bekannt gemacht</xsl:template>
</xsl:stylesheet>
