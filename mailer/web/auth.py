"""Signing in and out. Tries are counted by account and by network, so that nobody guesses long
and nobody can lock a press officer out from elsewhere.
"""

import ipaddress

from fastapi import APIRouter, Depends
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailer import accounts, addresses
from mailer.errors import BadInput, Refused
from mailer.web.dependencies import Door, Parts, Submitted, anybody, page, signed_in
from mailer.web.forms import Bound, bind, blank

START = "/"
#: One network trying one account; a network trying many; many networks trying one account.
ACCOUNT_FROM_NETWORK = parse("10 per 15 minutes")
NETWORK = parse("60 per 15 minutes")
ACCOUNT = parse("200 per hour")
TOO_MANY = "Too many tries. Wait a quarter of an hour, or ask your administrator."

router = APIRouter()


class SignIn(BaseModel):
    """What the sign-in form holds; where to go afterwards is part of it."""

    model_config = ConfigDict(frozen=True)

    email: str
    password: str
    then: str = START


class Tries:
    """How often somebody may try; kept in the memory of this process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def take(self, account: str, *, network: str) -> bool:
        """Whether one more try is free; it is counted as far as it gets."""
        account = account_of(account)
        wanted: tuple[tuple[RateLimitItem, tuple[str, ...]], ...] = (
            (ACCOUNT_FROM_NETWORK, (account, network)),
            (NETWORK, (network,)),
            (ACCOUNT, (account,)),
        )
        return all(self._limiter.hit(limit, *key) for limit, key in wanted)

    def succeeded(self, account: str, *, network: str) -> None:
        """Give the account its tries back: whoever knows the password is guessing nothing.

        Those of the network stay counted, or one account of one's own would free all others.
        """
        account = account_of(account)
        self._limiter.clear(ACCOUNT_FROM_NETWORK, account, network)
        self._limiter.clear(ACCOUNT, account)


def account_of(typed: str) -> str:
    """The account that was meant, however its address is spelt: as `find_officer` reads it."""
    try:
        return addresses.parse(typed).normalised
    except BadInput:
        return typed.strip().lower()


def network_of(host: str) -> str:
    """The network that an address belongs to: a person may have many addresses in it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    bits = 64 if address.version == 6 else 24
    return str(ipaddress.ip_network((address, bits), strict=False))


@router.get("/sign-in", dependencies=[Depends(anybody)])
def show_sign_in(request: Request, then: str = START) -> Response:
    """The form."""
    return page(request, "web/sign_in.html", {"form": blank(SignIn, then=_local(then))})


@router.post("/sign-in", dependencies=[Depends(anybody)])
def sign_in(request: Request, door: Parts, form: Submitted) -> Response:
    """Let a press officer in, or show the form again with what is wrong."""
    bound = bind(SignIn, form)
    if bound.model is None:
        return _again(request, bound, "Fill in both fields.", status=400)
    network = network_of(request.client.host if request.client else "")
    if not request.app.state.tries.take(bound.model.email, network=network):
        return _again(request, bound, TOO_MANY, status=429)
    with door.reading() as session:
        found = accounts.find_officer(session, bound.model.email)
    try:
        officer = accounts.authenticate(found, password=bound.model.password)
    except Refused as refused:
        return _again(request, bound, str(refused), status=403)
    request.app.state.tries.succeeded(bound.model.email, network=network)
    return _let_in(door, officer.id or 0, then=_local(bound.model.then))


def _let_in(door: Door, officer_id: int, *, then: str) -> Response:
    hours = door.settings.web.session_hours
    with door.writing() as session:
        secret = accounts.open_session(session, officer_id, hours=hours)
    answer = RedirectResponse(then, status_code=303)
    answer.set_cookie(
        door.cookie_name,
        secret,
        max_age=hours * 3600,
        path="/",
        secure=door.is_https,
        httponly=True,
        samesite="lax",
    )
    return answer


def _again(request: Request, bound: Bound[SignIn], problem: str, *, status: int) -> Response:
    context = {"form": bound.with_error("email", problem)}
    return page(request, "web/sign_in.html", context, status=status)


@router.post("/sign-out", dependencies=[Depends(signed_in)])
def sign_out(request: Request, door: Parts) -> Response:
    """End this sign-in."""
    with door.writing() as session:
        accounts.close_session(session, request.cookies[door.cookie_name])
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(
        door.cookie_name, path="/", secure=door.is_https, httponly=True, samesite="lax"
    )
    return answer


def _local(then: str) -> str:
    """Where to go after the sign-in: a page of ours, never another host."""
    is_ours = then.startswith("/") and not then.startswith(("//", "/\\")) and then.isprintable()
    return then if is_ours else START
