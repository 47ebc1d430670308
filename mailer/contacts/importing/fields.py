"""Which attribute of a journalist, a job, an outlet or a desk holds what a target says."""

from mailer.contacts.importing.values import ContactState
from mailer.models import SuppressionReason

#: By target, the attribute of the journalist; `details.` is what no column of ours holds.
PERSON = {
    "person.title": "title",
    "person.particle": "particle",
    "person.patronymic": "patronymic",
    "person.suffix": "suffix",
    "person.languages": "languages",
    "role.country": "country",
    "person.country": "country",
    "role.city": "city",
    "person.zone": "zone",
    "person.do_not_contact": "do_not_contact",
    "person.embargo_trusted": "embargo_trusted",
    "person.accredited_until": "accredited_until",
    "person.open_tracking": "tracking",
    "person.tracking": "tracking",
    "person.notes_public": "public_note",
    "person.notes_private": "private_note",
    "person.salutation": "details.salutation",
    "person.gender": "details.gender",
    "person.rating": "details.rating",
    "person.preferred_channel": "details.preferred_channel",
    "person.social.x": "details.x",
    "person.social.linkedin": "details.linkedin",
    "person.social.facebook": "details.facebook",
    "person.social.instagram": "details.instagram",
    "person.social.other": "details.profiles",
    "person.url": "details.pages",
}
JOB = {
    "role.job_title": "job_title",
    "role.beats": "beats",
    "role.started_on": "started_on",
    "role.ended_on": "ended_on",
    "role.role_type": "details.role_type",
    "role.desk": "details.department",
    "role.addr1": "details.addr1",
    "role.addr2": "details.addr2",
    "role.postcode": "details.postcode",
    "role.region": "details.region",
}
OUTLET = {
    "outlet.group": "group_name",
    "outlet.media_type": "media_type",
    "outlet.publication_languages": "publication_languages",
    "outlet.city": "city",
    "outlet.zone": "zone",
    "outlet.url": "website",
    "outlet.notes_public": "public_note",
    "outlet.type_detail": "details.type_detail",
    "outlet.product_type": "details.product_type",
    "outlet.scope": "details.scope",
    "outlet.periodicity": "details.periodicity",
    "outlet.market": "details.market",
    "outlet.reach": "details.reach",
    "outlet.beats": "details.beats",
    "outlet.preferred_channel": "details.preferred_channel",
    "outlet.addr1": "details.addr1",
    "outlet.addr2": "details.addr2",
    "outlet.postcode": "details.postcode",
    "outlet.region": "details.region",
}
#: What a desk's own row may say, where a person's says it of the person or the job.
DESK = {
    "person.languages": "languages",
    "role.beats": "beats",
    "role.city": "city",
    "person.zone": "zone",
    "person.country": "country",
    "role.country": "country",
    "person.do_not_contact": "do_not_contact",
    "person.embargo_trusted": "embargo_trusted",
    "person.open_tracking": "tracking",
    "person.tracking": "tracking",
    "person.notes_public": "public_note",
    "person.notes_private": "private_note",
}
STATES = {
    "state.unsubscribed": SuppressionReason.UNSUBSCRIBED,
    "state.complained": SuppressionReason.COMPLAINED,
    "state.bounced": SuppressionReason.BOUNCED,
}
CLOSED = {
    ContactState.UNSUBSCRIBED: SuppressionReason.UNSUBSCRIBED,
    ContactState.COMPLAINED: SuppressionReason.COMPLAINED,
    ContactState.BOUNCED: SuppressionReason.BOUNCED,
    ContactState.BY_HAND: SuppressionReason.MANUAL,
}
