"""Whose a picture is, as XMP writes it (ISO 16684-1): what is kept when a picture is drawn anew."""

import html
import re
from dataclasses import dataclass

#: Beyond this a note on a picture is no note.
LONGEST = 100_000
ITEM = rb"[^<]*(?:<rdf:(?:Seq|Alt|Bag)>\s*)?<rdf:li[^>]*>([^<]*)</rdf:li>"
MAKER = re.compile(rb"<dc:creator>" + ITEM)
RIGHTS = re.compile(rb"<dc:rights>" + ITEM)
CREDIT = re.compile(rb"<photoshop:Credit>([^<]*)</photoshop:Credit>|photoshop:Credit=\"([^\"]*)\"")


@dataclass(frozen=True)
class Owner:
    """Who made a picture, who is to be named with it, and whose it is; each may be empty."""

    maker: str = ""
    credit: str = ""
    rights: str = ""

    def __bool__(self) -> bool:
        return bool(self.maker or self.credit or self.rights)


def owner_in(xmp: bytes | str) -> Owner:
    """What a packet says of it; nothing for one that cannot be read."""
    text = (xmp.encode() if isinstance(xmp, str) else xmp)[:LONGEST]
    return Owner(
        maker=_found(MAKER, text), credit=_found(CREDIT, text), rights=_found(RIGHTS, text)
    )


def _found(pattern: re.Pattern[bytes], text: bytes) -> str:
    found = pattern.search(text)
    held = next((group for group in found.groups() if group), b"") if found else b""
    return " ".join(html.unescape(held.decode("utf-8", "replace")).split())


def packet(owner: Owner) -> bytes:
    """A packet that says this and nothing else."""
    maker, credit, rights = (
        html.escape(said) for said in (owner.maker, owner.credit, owner.rights)
    )
    lines = [
        f"<dc:creator><rdf:Seq><rdf:li>{maker}</rdf:li></rdf:Seq></dc:creator>" if maker else "",
        f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>'
        if rights
        else "",
        f"<photoshop:Credit>{credit}</photoshop:Credit>" if credit else "",
    ]
    said = "".join(lines)
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description'
        ' rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/">{said}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()
