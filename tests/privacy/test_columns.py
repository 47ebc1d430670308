"""No column of text is overlooked by an erasure: it is swept, goes with its row, is looked at and
told to the officer, or names nobody.
"""

import sqlalchemy as sa
from sqlmodel.sql.sqltypes import AutoString

from mailer.models import TABLES
from mailer.privacy import remaining, renaming, sweeping

TEXT = (sa.String, sa.JSON, AutoString)


def columns(table: str, names: str) -> set[str]:
    return {f"{table}.{name}" for name in names.split()}


#: Text that stays and is told, wherever a name stands in it.
TOLD = {
    f"{column.class_.__tablename__}.{column.key}"
    for place in remaining.PLACES
    for column in place.columns
}
#: Text of ours, and figures.
OURS = set(
    columns("", "office press_contact press_officer officer_session release edition revision")
    | columns("", "release_contact occasion tracked_link engagement_count batch")
    | columns("", "attachment stored_file rendition duty_shift")
)
#: Rows of hers are deleted, or emptied in these columns.
GOES_WITH_ITS_ROW = (
    columns("address", "email normalised domain")
    | columns("journalist", "title given_name family_name particle patronymic suffix vocative")
    | columns("journalist", "salutation_form salutations languages country city zone phone")
    | columns("journalist", "phone_e164 mobile mobile_e164 topics kinds quiet_from quiet_until")
    | columns("desk", "name phone phone_e164 languages beats country city zone topics kinds")
    | columns("desk", "quiet_from quiet_until")
    | columns("role", "beats phone phone_e164 mobile mobile_e164 external_id")
    | columns("delivery", "email recipient_name outlet_name zone provider signatures")
    | columns("delivery", "greeting personal_note")
    | columns("personal_note", "created_by")
    | columns("delivery_event", "details")
    | columns("inbound_message", "envelope_recipient")
    | columns("receivingdomain", "domain provider")
)
#: Words of ours, numbers and hashes.
NAMES_NOBODY = (
    columns("outlet", "publication_languages country city zone external_id")
    | columns("delivery", "country edition_language edition_rule cover_language cover_rule")
    | columns("delivery", "message_id in_reply_to lease_owner relay content_hash")
    | columns("distribution", "local_time sending_hours duty awaited")
    | columns("suppression", "address_hash")
    | columns("contact_import", "digest counts")
    | columns("contact_change", "subject")
    | columns("delivery_event", "source_key")
    | columns("inbound_message", "digest")
    | columns("import_mapping", "fingerprint")
    | columns("waiver", "finding")
    | columns("keptskeleton", "file_ids")
)


def test_every_column_of_text_is_swept_or_goes_or_is_told_or_names_nobody() -> None:
    swept = {
        f"{model.__tablename__}.{name}"
        for kind in (sweeping.FREE_TEXT, renaming.CRITERIA)
        for model, names in kind.items()
        for name in names
    }
    text = {
        f"{table.name}.{column.name}"
        for table in TABLES.sorted_tables
        if f".{table.name}" not in OURS
        for column in table.columns
        if isinstance(column.type, TEXT) and not isinstance(column.type, sa.Enum)
    }
    assert swept <= text
    told = TOLD & text
    assert text - swept - told == (GOES_WITH_ITS_ROW - told) | NAMES_NOBODY
    assert not swept & told
