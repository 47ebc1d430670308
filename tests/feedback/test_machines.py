import pytest

from mailer.feedback.machines import verdict
from mailer.models import Agent

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


def test_a_browser_some_time_after_the_sending_is_probably_a_person() -> None:
    judged = verdict(FIREFOX, seconds_since_sent=61)

    assert judged is not None
    assert (judged.agent, judged.reasons, judged.family) == (Agent.PERSON, (), "firefox")


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_another_method_than_get_is_never_counted(method: str) -> None:
    assert verdict(FIREFOX, method=method, seconds_since_sent=61) is None


@pytest.mark.parametrize(
    ("user_agent", "agent", "reason"),
    [
        (GMAIL, Agent.PROXY, "M-2"),
        ("YahooMailProxy; https://help.yahoo.com/", Agent.PROXY, "M-2"),
        ("Mozilla/5.0", Agent.PROXY, "M-3"),
        ("", Agent.SCANNER, "M-5"),
        ("python-requests/2.32", Agent.SCANNER, "M-5"),
        ("curl/8.5", Agent.SCANNER, "M-5"),
        ("Barracuda Sentinel", Agent.SCANNER, "M-5"),
        ("Mozilla/5.0 (compatible; Somebot/2.1)", Agent.SCANNER, "M-5"),
    ],
)
def test_a_program_that_names_itself_is_no_person(
    user_agent: str, agent: Agent, reason: str
) -> None:
    judged = verdict(user_agent, seconds_since_sent=3600)

    assert judged is not None
    assert (judged.agent, judged.reasons) == (agent, (reason,))


@pytest.mark.parametrize(
    ("seconds", "agent"), [(0, Agent.SCANNER), (9.9, Agent.SCANNER), (10, Agent.PERSON)]
)
def test_what_comes_within_ten_seconds_is_a_scanner(seconds: float, agent: Agent) -> None:
    judged = verdict(FIREFOX, seconds_since_sent=seconds)

    assert judged is not None
    assert judged.agent is agent


def test_the_rule_of_time_is_silent_for_a_link_that_all_share() -> None:
    judged = verdict(FIREFOX, seconds_since_sent=None)

    assert judged is not None
    assert judged.agent is Agent.PERSON


def test_a_proxy_stays_a_proxy_within_ten_seconds_and_both_reasons_are_kept() -> None:
    judged = verdict(GMAIL, seconds_since_sent=2)

    assert judged is not None
    assert (judged.agent, judged.reasons) == (Agent.PROXY, ("M-2", "M-7"))


def test_a_telephone_named_cubot_belongs_to_a_person() -> None:
    judged = verdict(
        "Mozilla/5.0 (Linux; Android 14; CUBOT X70) Chrome/140.0", seconds_since_sent=90
    )

    assert judged is not None
    assert judged.agent is Agent.PERSON
