"""What makes the message: files, duty, notes, threads; what an office says, and what follows what.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

from mailer.database import Json, UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
WORD = sa.String(length=32)


def upgrade() -> None:
    _files()
    _office()
    _release()
    _distribution()


def _text(name: str, default: str = "") -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=False, server_default=default)


def _claim(name: str, *, default: bool) -> sa.Column[bool]:
    value = sa.true() if default else sa.false()
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=value)


def _kept(name: str, default: str) -> sa.Column[object]:
    return sa.Column(name, Json, nullable=False, server_default=default)


def _named(table: str, column: str) -> None:
    """A number that names a row of another table, or none."""
    target = {"logo_id": "stored_file", "corrects_id": "release", "follows_id": "distribution"}
    key = sa.Column(column, BIG, sa.ForeignKey(f"{target[column]}.id"), nullable=True)
    op.add_column(table, key, inline_references=True)


def _files() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", BIG, nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("small_id", BIG, sa.ForeignKey("stored_file.id"), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stored_file"),
        sa.UniqueConstraint("digest", name="uq_stored_file_digest"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("release_id", BIG, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("file_id", BIG, sa.ForeignKey("stored_file.id"), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("alts", Json, nullable=False),
        sa.Column("captions", Json, nullable=False),
        sa.Column("credit", sa.String(), nullable=False),
        sa.Column("rights", sa.String(), nullable=False),
        sa.Column("rights_said", Json, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint("release_id", "language", "name", name="uq_attachment_release_id"),
    )
    op.create_index("ix_attachment_release_id", "attachment", ["release_id"])
    op.create_index("ix_attachment_file_id", "attachment", ["file_id"])


def _office() -> None:
    for column in (
        _text("reference_pattern", "{year}-{number:03}"),
        _claim("greets", default=False),
        _claim("prints_pages", default=True),
        _claim("prints_reference", default=True),
        _claim("says_immediate", default=False),
        _claim("attaches_files", default=True),
        _kept("numeric_dates", "[]"),
        _kept("wordings", "{}"),
        _kept("boilerplates", "{}"),
        _kept("end_marks", "{}"),
        _text("duty_fallback"),
    ):
        op.add_column("office", column)
    _named("office", "logo_id")
    op.add_column("press_contact", _kept("roles", "{}"))
    op.create_table(
        "duty_shift",
        sa.Column("id", BIG, nullable=False),
        sa.Column("office_id", BIG, sa.ForeignKey("office.id"), nullable=False),
        sa.Column("press_contact_id", BIG, sa.ForeignKey("press_contact.id"), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_duty_shift"),
    )
    for name in ("office_id", "press_contact_id", "starts_at"):
        op.create_index(f"ix_duty_shift_{name}", "duty_shift", [name])


def _release() -> None:
    _named("release", "corrects_id")
    op.create_index("ix_release_corrects_id", "release", ["corrects_id"])
    op.add_column("release", _claim("carries_boilerplate", default=True))
    op.add_column("release", _claim("names_duty", default=False))
    op.add_column("edition", sa.Column("source_revision_id", BIG, nullable=True))
    op.add_column("revision", _text("change_note"))
    op.add_column("revision", _text("notes"))
    op.create_table(
        "still_valid",
        sa.Column("id", BIG, nullable=False),
        sa.Column("edition_id", BIG, sa.ForeignKey("edition.id"), nullable=False),
        sa.Column("source_revision_id", BIG, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("said_by", sa.String(), nullable=False),
        sa.Column("said_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_still_valid"),
    )
    op.create_index("ix_still_valid_edition_id", "still_valid", ["edition_id"])
    for column in (
        _text("uid"),
        sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("changed_at", UTCDateTime(), nullable=True),
        _kept("parts", "[]"),
        _kept("accreditation", "{}"),
        _kept("wordings", "{}"),
    ):
        op.add_column("occasion", column)
    op.create_table(
        "personal_note",
        sa.Column("id", BIG, nullable=False),
        sa.Column("release_id", BIG, sa.ForeignKey("release.id"), nullable=False),
        sa.Column("address_id", BIG, sa.ForeignKey("address.id"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_personal_note"),
        sa.UniqueConstraint("release_id", "address_id", name="uq_personal_note_release_id"),
    )
    op.create_index("ix_personal_note_release_id", "personal_note", ["release_id"])
    op.create_index("ix_personal_note_address_id", "personal_note", ["address_id"])
    op.create_table(
        "rendition",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_rendition"),
    )


def _distribution() -> None:
    _named("distribution", "follows_id")
    op.create_index("ix_distribution_follows_id", "distribution", ["follows_id"])
    op.add_column("distribution", sa.Column("relation", WORD, nullable=True))
    policy = sa.Column("language_policy", WORD, nullable=False, server_default="fallback")
    op.add_column("distribution", policy)
    op.add_column("distribution", _claim("attaches_files", default=True))
    op.add_column("distribution", _kept("duty", "[]"))
    op.add_column("distribution", _kept("awaited", "[]"))
    op.add_column("delivery", _claim("attaches_files", default=True))
    op.add_column("keptskeleton", _kept("file_ids", "[]"))
    for name in ("greeting", "personal_note", "in_reply_to"):
        op.add_column("delivery", _text(name))
    for table in ("journalist", "desk"):
        op.add_column(table, _claim("wants_translations", default=False))


def downgrade() -> None:
    for table in ("journalist", "desk"):
        op.drop_column(table, "wants_translations")
    op.drop_column("keptskeleton", "file_ids")
    for name in ("in_reply_to", "personal_note", "greeting", "attaches_files"):
        op.drop_column("delivery", name)
    _without(
        "distribution",
        "attaches_files",
        "duty",
        "awaited",
        "language_policy",
        "relation",
        "follows_id",
    )
    for table in ("rendition", "personal_note"):
        op.drop_table(table)
    _without(
        "occasion",
        *("wordings", "accreditation", "parts"),
        *("changed_at", "cancelled_at", "sequence", "uid"),
    )
    op.drop_table("still_valid")
    _without("revision", "notes", "change_note")
    _without("edition", "source_revision_id")
    _without("release", "names_duty", "carries_boilerplate", "corrects_id")
    op.drop_table("duty_shift")
    _without("press_contact", "roles")
    _without(
        "office",
        "logo_id",
        "duty_fallback",
        "end_marks",
        "boilerplates",
        "wordings",
        "numeric_dates",
        "attaches_files",
        "says_immediate",
        "prints_reference",
        "prints_pages",
        "greets",
        "reference_pattern",
    )
    op.drop_table("attachment")
    op.drop_table("stored_file")


def _without(table: str, *columns: str) -> None:
    """Take columns away; SQLite makes a table anew for one that names rows of another."""
    for index in sa.inspect(op.get_bind()).get_indexes(table):
        if set(index["column_names"]) & set(columns):
            op.drop_index(str(index["name"]), table)
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.drop_column(column)
