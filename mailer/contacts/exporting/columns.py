"""The columns of an export: for each the header of our own set, the target that an import reads it
as, and where its value stands for a job, for a desk, and for an outlet or a person alone.
"""

from typing import NamedTuple


class Column(NamedTuple):
    """Sources are `table.attribute`, `table.details.key`, or a word that `reading` knows."""

    header: str
    target: str
    of_role: str = ""
    of_desk: str = ""

    @property
    def of_outlet(self) -> str:
        """Where it stands for an outlet at which we know nobody."""
        is_its_own = self.of_role.startswith("outlet.") or self.of_role == "media_type"
        return self.of_role if is_its_own else ""

    @property
    def of_person(self) -> str:
        """Where it stands for a person without any job."""
        return self.of_role if self.of_role.startswith("journalist.") else ""


#: Written only when somebody asks for it.
PRIVATE = "person.notes_private"
# fmt: off
COLUMNS = (
    Column("email", "role.email", "address.email", "address.email"),
    Column("given_name", "person.given_name", "journalist.given_name"),
    Column("person.particle", "person.particle", "journalist.particle"),
    Column("family_name", "person.family_name", "journalist.family_name"),
    Column("person.patronymic", "person.patronymic", "journalist.patronymic"),
    Column("person.title", "person.title", "journalist.title"),
    Column("person.suffix", "person.suffix", "journalist.suffix"),
    Column("job_title", "role.job_title", "role.job_title"),
    Column("desk", "desk.name", "", "desk.name"),
    Column("outlet", "outlet.name", "outlet.name", "outlet.name"),
    Column("media_type", "outlet.media_type", "media_type", "media_type"),
    Column("outlet_languages", "outlet.publication_languages",
           "outlet.publication_languages", "outlet.publication_languages"),
    Column("outlet_country", "outlet.country", "outlet.country", "outlet.country"),
    Column("city", "role.city", "journalist.city", "desk.city"),
    Column("person.country", "person.country", "journalist.country", "desk.country"),
    Column("zone", "person.zone", "journalist.zone", "desk.zone"),
    Column("languages", "person.languages", "journalist.languages", "desk.languages"),
    Column("beats", "role.beats", "role.beats", "desk.beats"),
    Column("lists", "lists", "lists", "lists"),
    Column("phone", "role.phone", "phones role.phone", "phones desk.phone"),
    Column("mobile", "role.mobile", "phones role.mobile"),
    Column("person.phone", "person.phone", "journalist.phone"),
    Column("person.mobile", "person.mobile", "journalist.mobile"),
    Column("do_not_contact", "person.do_not_contact",
           "journalist.do_not_contact", "desk.do_not_contact"),
    Column("embargo_trusted", "person.embargo_trusted",
           "journalist.embargo_trusted", "desk.embargo_trusted"),
    Column("tracking", "person.tracking", "journalist.tracking", "desk.tracking"),
    Column("person.accredited_until", "person.accredited_until", "journalist.accredited_until"),
    Column("note", "person.notes_public", "journalist.public_note", "desk.public_note"),
    Column("person.notes_private", PRIVATE, "journalist.private_note", "desk.private_note"),
    Column("address_state", "state", "state", "state"),
    Column("role.started_on", "role.started_on", "role.started_on"),
    Column("role.ended_on", "role.ended_on", "role.ended_on", "desk.ended_on"),
    Column("role.external_id", "role.external_id", "role.external_id"),
    Column("person.salutation", "person.salutation", "journalist.details.salutation"),
    Column("person.gender", "person.gender", "journalist.details.gender"),
    Column("person.rating", "person.rating", "journalist.details.rating"),
    Column("person.preferred_channel", "person.preferred_channel",
           "journalist.details.preferred_channel"),
    Column("person.social.x", "person.social.x", "journalist.details.x"),
    Column("person.social.linkedin", "person.social.linkedin", "journalist.details.linkedin"),
    Column("person.social.facebook", "person.social.facebook", "journalist.details.facebook"),
    Column("person.social.instagram", "person.social.instagram", "journalist.details.instagram"),
    Column("person.social.other", "person.social.other", "journalist.details.profiles"),
    Column("person.url", "person.url", "journalist.details.pages"),
    Column("role.role_type", "role.role_type", "role.details.role_type"),
    Column("role.desk", "role.desk", "role.details.department"),
    Column("role.fax", "role.fax", "role.details.fax"),
    Column("role.addr1", "role.addr1", "role.details.addr1"),
    Column("role.addr2", "role.addr2", "role.details.addr2"),
    Column("role.postcode", "role.postcode", "role.details.postcode"),
    Column("role.region", "role.region", "role.details.region"),
    Column("outlet.external_id", "outlet.external_id", "outlet.external_id", "outlet.external_id"),
    Column("outlet.group", "outlet.group", "outlet.group_name", "outlet.group_name"),
    Column("outlet.url", "outlet.url", "outlet.website", "outlet.website"),
    Column("outlet.city", "outlet.city", "outlet.city", "outlet.city"),
    Column("outlet.zone", "outlet.zone", "outlet.zone", "outlet.zone"),
    Column("outlet.notes_public", "outlet.notes_public", "outlet.public_note",
           "outlet.public_note"),
    Column("outlet.type_detail", "outlet.type_detail", "outlet.details.type_detail",
           "outlet.details.type_detail"),
    Column("outlet.product_type", "outlet.product_type", "outlet.details.product_type",
           "outlet.details.product_type"),
    Column("outlet.scope", "outlet.scope", "outlet.details.scope", "outlet.details.scope"),
    Column("outlet.periodicity", "outlet.periodicity", "outlet.details.periodicity",
           "outlet.details.periodicity"),
    Column("outlet.market", "outlet.market", "outlet.details.market", "outlet.details.market"),
    Column("outlet.reach", "outlet.reach", "outlet.details.reach", "outlet.details.reach"),
    # On the row of a desk these would be read as the desk's own.
    Column("outlet.beats", "outlet.beats", "outlet.details.beats"),
    Column("desk.phone", "desk.phone", "outlet.details.phone"),
    Column("desk.fax", "desk.fax", "", "desk.details.fax"),
    Column("outlet.preferred_channel", "outlet.preferred_channel",
           "outlet.details.preferred_channel", "outlet.details.preferred_channel"),
    Column("outlet.addr1", "outlet.addr1", "outlet.details.addr1", "outlet.details.addr1"),
    Column("outlet.addr2", "outlet.addr2", "outlet.details.addr2", "outlet.details.addr2"),
    Column("outlet.postcode", "outlet.postcode", "outlet.details.postcode",
           "outlet.details.postcode"),
    Column("outlet.region", "outlet.region", "outlet.details.region", "outlet.details.region"),
)
# fmt: on


def columns(*, private_notes: bool) -> tuple[Column, ...]:
    """The columns that are written."""
    return tuple(one for one in COLUMNS if private_notes or one.target != PRIVATE)
