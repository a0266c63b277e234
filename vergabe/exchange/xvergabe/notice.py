"""The public notice (Bekanntmachung), its change and its cancellation: build, check, read."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from vergabe.exchange.binding import Name
from vergabe.exchange.xvergabe.codes import CancellationReason, ChangeReason
from vergabe.exchange.xvergabe.datatypes import (
    PROFILE_VERSION,
    Contact,
    ContractingAuthority,
    Guid,
    Identifier,
    Instant,
    Language,
    ProfileVersion,
    String255,
    String4096,
    Text,
    Version,
)
from vergabe.exchange.xvergabe.procedure import (
    AwardCriterion,
    Deadlines,
    DocumentPart,
    LotOverview,
    PlatformAccess,
    Procedure,
    PublicDocument,
    ReviewBody,
    SelectionCriterion,
    SubmissionTerms,
)


@dataclass(frozen=True, kw_only=True)
class Notice(DocumentPart):
    """The notice of a procedure, joint or not: what the public reads.

    issued_at: aware UTC instant; authorities: exactly one is the lead; award_criteria: those of
    every lot that has none of its own.
    """

    TAG: ClassVar[str] = "Notice"

    profile_version: ProfileVersion = PROFILE_VERSION
    notice_id: Guid
    notice_version: Version = 1
    issued_at: Annotated[Instant, Name("issuedDateTime")]
    language: Language = "de"
    platform: PlatformAccess
    authorities: Annotated[tuple[ContractingAuthority, ...], Name("contractingAuthority")]
    contact: Contact
    review_body: ReviewBody | None = None
    procedure: Procedure
    deadlines: Deadlines
    lot_overview: LotOverview
    award_criteria: Annotated[tuple[AwardCriterion, ...], Name("awardCriterion")] = ()
    selection_criteria: Annotated[tuple[SelectionCriterion, ...], Name("selectionCriterion")] = ()
    submission: SubmissionTerms = field(default_factory=SubmissionTerms)
    documents: Annotated[tuple[PublicDocument, ...], Name("document")] = ()
    additional_information: Text | None = None


@dataclass(frozen=True, kw_only=True)
class NoticeChange(DocumentPart):
    """One change. element: where in the notice, such as `deadlines/submissionUntil`.

    before and after as people read them; without lot_ids it concerns the whole procedure.
    """

    lot_ids: Annotated[tuple[Identifier, ...], Name("lotID")] = ()
    element: Identifier
    description: String4096
    before: Text | None = None
    after: Text | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeNotice(Notice):
    """The whole notice as it reads now, which notice it changes, and what changed."""

    TAG: ClassVar[str] = "ChangeNotice"

    changed_notice_id: Guid
    changed_notice_version: Version
    change_reason: ChangeReason
    change_explanation: Text | None = None
    changes: Annotated[tuple[NoticeChange, ...], Name("change")]


@dataclass(frozen=True, kw_only=True)
class CancellationNotice(Notice):
    """The notice of a procedure that was cancelled (Aufhebung), as a whole or lot by lot.

    cancelled_lot_ids: empty means the whole procedure; cancellation_law: such as
    `§ 63 Abs. 1 Nr. 2 VgV`.
    """

    TAG: ClassVar[str] = "CancellationNotice"

    cancelled_notice_id: Guid
    cancelled_notice_version: Version
    cancelled_at: Instant
    cancelled_lot_ids: Annotated[tuple[Identifier, ...], Name("cancelledLotID")] = ()
    cancellation_reason: CancellationReason
    cancellation_law: String255 | None = None
    cancellation_explanation: Text
