"""Name everything that the ledger can record.

Owns the closed list of events and the sentence that explains each to an auditor. Must not hold
any rule. Entries are built in ``domain.ledger``.
"""

from enum import StrEnum
from typing import Self


class Event(StrEnum):
    """Name everything that the ledger records: ``subject:action``, the action in the past.

    A name that was ever used stays as it is, and is never given a second meaning. To add one:
    one line here, with the sentence an auditor reads; ``docs/`` prints this list.
    """

    meaning: str

    def __new__(cls, name: str, meaning: str) -> Self:
        """Keep the sentence with the name."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning = meaning
        return member

    @classmethod
    def of(cls, name: str) -> Self:
        """Return the event with this name, as entries carry it."""
        return next(event for event in cls if event.value == name)

    CASE_RECEIVED = "case:received", "A demand arrived and a case was opened for it."
    CASE_REQUESTER_CONFIRMED = "case:requester-confirmed", "The requester was found to be real."
    CASE_REJECTED = "case:rejected", "The demand was found to be forged or sent by a look-alike."
    CASE_ASSIGNED = "case:assigned", "A person became responsible for the case."
    CASE_DECIDED = "case:decided", "A person decided what may be disclosed, seeing the rules."
    CASE_REFUSED = "case:refused", "The demand was refused, with its reason."
    CASE_INFORMATION_ASKED = (
        "case:information-asked",
        "The requester was asked for what is missing.",
    )
    CASE_INFORMATION_RECEIVED = "case:information-received", "The requester sent what was missing."
    CASE_HELD = "case:held", "The case was stopped, and its clocks with it where the rules say so."
    CASE_RESUMED = "case:resumed", "The case goes on after a stop."
    CASE_ESCALATED = "case:escalated", "A check needs a person's answer before the case goes on."
    CASE_REROUTED = "case:rerouted", "The case was moved to the ground that can carry it."
    CASE_LINKED = "case:linked", "The case was joined to an earlier one on the same demand."
    CASE_PRESERVED = "case:preserved", "Records were kept unchanged; nothing was disclosed."
    CASE_EMPTIED = "case:emptied", "No record within the lawful scope was found."
    CASE_APPROVED = "case:approved", "All signatures that the profile asks for are there."
    CASE_CLOSED = "case:closed", "Nothing is left to do in the case."
    CASE_REOPENED = "case:reopened", "New facts opened a closed case again."
    CASE_RECALLED = "case:recalled", "A release was found to be wrong and was called back."
    CASE_DEADLINE_EXTENDED = "case:deadline-extended", "A deadline was moved, with its reason."

    CASE_VERIFYING = "case:verifying-started", "Somebody began to find out who is asking."
    CASE_QUESTION_ANSWERED = "case:question-answered", "Counsel answered what the rules could not."
    CASE_COLLECTED = "case:collected", "Collecting ended; what was found goes on to redacting."
    CASE_SUBMITTED = "case:submitted", "The final PDF was put before those who sign."
    CASE_RETURNED = "case:returned", "A signer sent the case back to redacting."
    CASE_LAPSED = "case:approval-lapsed", "An approval lost its force before the release."
    RECORDS_REQUESTED = "records:requested", "Fetching the allowed fields was asked for."
    RENDITION_REQUESTED = "rendition:requested", "Building the final PDF was asked for."
    EMERGENCY_REVIEWED = "emergency:reviewed", "A senior officer looked at an emergency release."

    DOCUMENT_ADDED = "document:added", "A file was taken into the case, named by its hash."
    DOCUMENT_REFUSED = "document:refused", "A file could not be read safely and was not taken."
    FINDING_RECORDED = "finding:recorded", "A person answered what a check could not decide."
    CALLBACK_RECORDED = "callback:recorded", "The requester was called on a number of our register."
    CHECK_OVERRULED = "check:overruled", "A person set a check's result aside, with a reason."
    EVALUATION_MADE = "evaluation:made", "The rules were run over the facts; the result is kept."

    RECORDS_COLLECTED = "records:collected", "Allowed fields were fetched from a platform source."
    REDACTION_MARKED = "redaction:marked", "A span was proposed for removal, with a reason code."
    RENDITION_BUILT = "rendition:built", "The final PDF was built, sealed and hashed."
    RENDITION_GATED = "rendition:gated", "The final PDF was read again for what was removed."
    GATE_ANSWERED = "gate:answered", "A person answered for what the gate could not tell."
    PAGE_FLAGGED = "page:flagged", "A page of a document was set aside, with a reason."
    PAGE_FLAG_WITHDRAWN = "page:flag-withdrawn", "A page was no longer set aside."
    PAGE_CONSULTATION_ANSWERED = (
        "page:consultation-answered",
        "Who was asked about a page answered.",
    )
    SET_OPENED = "set:opened", "A further recipient's case was linked to one collection."
    COLLECTION_TAKEN = "set:collection-taken", "What another case collected was taken over."
    SIGNATURE_GIVEN = "signature:given", "A person signed the SHA-256 of the final PDF."
    SIGNATURE_VOIDED = "signature:voided", "A signature lost its force before the release."
    RELEASE_MADE = "release:made", "The signed bytes were released."

    DELIVERY_LINK_SENT = "delivery:link-sent", "A one-time link went to the requester."
    DELIVERY_OPENED = "delivery:opened", "The page of a delivery link was looked at."
    DELIVERY_CODE_REFUSED = "delivery:code-refused", "A wrong code was typed for a link."
    DELIVERY_REDEEMED = "delivery:redeemed", "The released bytes were fetched with link and code."
    DELIVERY_REVOKED = "delivery:revoked", "A link was made useless before it was used."
    NOTICE_PLANNED = "notice:planned", "It was decided when the data subject is told."
    NOTICE_SENT = "notice:sent", "The data subject was told."
    NOTICE_DELAYED = "notice:delayed", "Telling the data subject was lawfully put off."
    OBJECTION_RECEIVED = "objection:received", "The data subject objected to the disclosure."
    OBJECTION_RESOLVED = "objection:resolved", "A person decided on the objection."

    RECORD_VIEWED = "record:viewed", "A person looked at personal data of the case."
    RECORD_EXPORTED = "record:exported", "The case record left the house."
    RECORD_DOWNLOADED = "record:downloaded", "A person began to download a case record or a batch."
    BATCH_REQUESTED = "batch:requested", "The records of many cases were asked for at once."
    BATCH_EXPORTED = "batch:exported", "The records of a batch were made; its file has this hash."
    BATCH_CANCELLED = "batch:cancelled", "A batch of records was stopped before its end."
    CASE_VIEWED = "case:viewed", "A person who decides cases opened one that was decided."
    RETENTION_HELD = "retention:held", "A hold keeps the records of the case, whatever their term."
    RETENTION_FREED = "retention:freed", "The hold on the records of the case was lifted."
    RETENTION_EXTENDED = "retention:extended", "The records of the case are kept for longer."
    DESTRUCTION_PROPOSED = "destruction:proposed", "A person proposed to destroy the records."
    DESTRUCTION_AGREED = "destruction:agreed", "A second person agreed to the destruction."
    DESTRUCTION_REFUSED = "destruction:refused", "The destruction was not agreed to."
    PAPER_VIEWED = "paper:viewed", "A person took a file of the case to look at."
    RECORD_DESTROYED = "record:destroyed", "Personal data was destroyed at the end of its term."
    STATEMENT_VIEWED = (
        "statement:viewed",
        "A statement of what was disclosed about one person was shown or printed.",
    )
    REPORT_PUBLISHED = (
        "transparency-report:published",
        "A transparency report was published; its file is named by its hash.",
    )
    SESSION_OPENED = "session:opened", "A person signed in."
    SESSION_REFUSED = "session:refused", "An attempt to sign in failed."
    SESSION_CLOSED = "session:closed", "A session ended."
    ACCOUNT_ADDED = "account:added", "An account was made for a person."
    ACCOUNT_DISABLED = "account:disabled", "An account can no longer sign in."
    ACCOUNT_CHANGED = "account:changed", "A password, factor or name of an account was changed."
    LOGIN_LINK_ISSUED = "login-link:issued", "A one-time sign-in link was made."
    ROLE_GRANTED = "role:granted", "A person was given a role."
    ROLE_REVOKED = "role:revoked", "A role was taken from a person."
    REGISTER_CHANGE_PROPOSED = "register:change-proposed", "A person asked to change the register."
    REGISTER_CHANGED = "register:changed", "A second person let a register change through."
    REGISTER_CHANGE_REFUSED = "register:change-refused", "A register change was not let through."
    RULES_PROPOSED = "rules:proposed", "A person asked for another rule pack to come into force."
    RULES_CONFIRMED = "rules:confirmed", "A second person put a rule pack in force."
    RULES_REFUSED = "rules:refused", "A proposed rule pack was not let through."
    ACCESS_DENIED = "access:denied", "A person asked for what their roles do not carry."
    CONSENTS_RECORDED = "consents:recorded", "A list of consents was taken into the register."
    CONSENT_WITHDRAWN = "consent:withdrawn", "A data subject's withdrawal of a consent was kept."
    CONSENT_VIEWED = "consent:viewed", "A person looked a consent up in the register."
    ACCESS_END_SET = "access-end:planned", "It was kept when a recipient's access ends."
    ACCESS_END_REACHED = "access-end:reached", "A recipient's access ended; deletion was asked for."
    ACCESS_END_OVERDUE = "access-end:escalated", "A recipient has not confirmed a deletion in time."
    ACCESS_END_CONFIRMED = "access-end:confirmed", "A recipient confirmed that all was deleted."
    RECIPIENT_BLOCKED = "recipient:blocked", "Nothing more is released to a recipient."
    RECIPIENT_LIFT_PROPOSED = "recipient:lift-proposed", "A person asked to lift a block."
    RECIPIENT_LIFT_REFUSED = "recipient:lift-refused", "A second person left a block in place."
    RECIPIENT_UNBLOCKED = "recipient:unblocked", "A second person lifted a recipient's block."
    INCIDENT_STEP_DONE = "incident:step-finished", "A step that contains an incident was done."
    INCIDENT_CLOSED = "incident:closed", "Every step of an incident was done."
    INCIDENT_OPENED = "incident:opened", "Something went wrong that people must look into."
    LEDGER_VERIFIED = "ledger:verified", "The whole ledger was checked; the result is told."
    LEDGER_KEY_CHANGED = "ledger:key-changed", "Another key signs checkpoints from here on."
    LEDGER_LOSS_ACCEPTED = (
        "ledger:loss-accepted",
        "Entries that a witness knows are lost; a person let the ledger go on without them.",
    )
    SAMPLE_SELECTED = "sample:selected", "An auditor drew a sample of cases."
    SAMPLE_REVIEWED = "sample:reviewed", "An auditor wrote down what a sampled case showed."
    SHADOW_DRAWN = "shadow:drawn", "Ended cases were drawn, to be decided again by somebody blind."
    SHADOW_TAKEN = "shadow:taken", "A person took a drawn case, to decide it again without knowing."
    SHADOW_ANSWERED = (
        "shadow:answered",
        "The second decision was given and compared with the first.",
    )
    SHADOW_EXAMINED = "shadow:examined", "An auditor wrote down what a disagreement showed."
    JOB_PARKED = "job:parked", "A job failed too often and waits for a person."
    JOB_RETRIED = "job:retried", "A person sent a parked job on its way again."
