"""What is promised of redaction: secrets never leave, what only looks like one is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.redaction import redact

# Put together here, so that no scanner takes a made-up secret in this file for a real one.
LETTERS = "aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zA3bC6dE9f"
SECRETS = {
    "aws_key": "AKIA" + "IOSFODNN7EXAMPLE",
    "github_token": "ghp_" + LETTERS[:36],
    "gitlab_token": "glpat-" + LETTERS[:20],
    "slack_token": "xoxb-" + "123456789012-" + LETTERS[:24],
    "slack_webhook": "https://hooks.slack.com/" + "services/T00000000/B00000000/" + LETTERS[:24],
    "google_key": "AIza" + LETTERS[:35],
    "stripe_key": "sk_" + "live_" + LETTERS[:24],
    "api_key": "sk-" + "proj-" + LETTERS,
    "jwt": "eyJ" + LETTERS[:20] + ".eyJ" + LETTERS[:20] + "." + LETTERS[:20],
    "private_key": "-----BEGIN RSA PRIVATE " + "KEY-----\n" + LETTERS + "\n-----END RSA PRIVATE KEY-----",
    "card": "4111 1111 1111 " + "1111",
    "resident_number": "900101-" + "1234567",
}


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize(
    "around", ["{}", "use `{}` please", "key={}, ok?", "그 값은 {}입니다", "<{}>", "line\n{}\nline"]
)
def test_a_secret_is_gone_wherever_it_stands(kind: str, around: str) -> None:
    secret = SECRETS[kind]
    cleaned, count = redact(around.format(secret))
    assert secret not in cleaned and secret[8:] not in cleaned
    assert count == 1
    assert f"[redacted:{kind}]" in cleaned or "[redacted:" in cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("password=hunter2", "password=[redacted:password]"),
        ("DB_PASSWORD='s3cr et!'", "DB_PASSWORD=[redacted:password]"),
        ('{"password": "hunter2"}', '{"password": [redacted:password]}'),
        ("passwd: hunter2 ok", "passwd: [redacted:password] ok"),
        ("the password is hunter2, sorry", "the password is [redacted:password], sorry"),
        ("mysql --password hunter2 -h db-1", "mysql --password [redacted:password] -h db-1"),
        ("curl -u admin:hunter2 https://a.example", "curl -u admin:[redacted:password] https://a.example"),
        ("비밀번호는 hunter2 입니다", "비밀번호는 [redacted:password] 입니다"),
        ("비번: 새비밀1234", "비번: [redacted:password]"),
        ("비밀번호=hunter2", "비밀번호=[redacted:password]"),
        ("postgres://app:hunter2@db-1/app", "postgres://app:[redacted:url_password]@db-1/app"),
        ("Authorization: Bearer abcdef0123456789abcdef", "Authorization: Bearer [redacted:bearer]"),
        ("export API_KEY=0123456789abcdef", "export API_KEY=[redacted:password]"),
        ("secret_token=abcd1234efgh", "secret_token=[redacted:password]"),
    ],
)
def test_only_the_secret_goes_and_its_name_stays(text: str, cleaned: str) -> None:
    assert redact(text) == (cleaned, 1)


@pytest.mark.parametrize(
    "text",
    [
        "commit 9f3c2ab1d4e5f60718293a4b5c6d7e8f90a1b2c3 reverted",
        "전화 010-1234-5678, 02-123-4567",
        "+82 10 1234 5678",
        "OPS-12345 and INC-900101",
        "1716184320.123456",
        "1711153200000 ms",
        "2024-05-20T14:52:00+09:00",
        "password reset does not work",
        "비밀번호 변경이 안 됩니다",
        "비밀번호는 변경했습니다",
        "the token is expired",
        "token: expired",
        "password: ****",
        "password=${DB_PASSWORD}",
        "password=[redacted:password]",
        "uuid 123e4567-e89b-42d3-a456-426614174000",
        "order 4111111111111112",
        "10.0.0.1:8080 and web-3:443",
        "https://a.example/path?x=1",
        "secret santa, bearer of bad news",
        "991332-1234567",
        "task-runner sk-ipped",
        "사용자 80 %, 1,204,331건",
    ],
)
def test_what_only_looks_like_a_secret_is_left_alone(text: str) -> None:
    assert redact(text) == (text, 0)


def test_several_secrets_are_counted() -> None:
    cleaned, count = redact(f"{SECRETS['aws_key']} password=hunter2 {SECRETS['card']}")
    assert count == 3
    assert cleaned == "[redacted:aws_key] password=[redacted:password] [redacted:card]"


def test_a_key_that_is_cut_off_is_redacted_to_its_end() -> None:
    cleaned, count = redact(SECRETS["private_key"][:60])
    assert (cleaned, count) == ("[redacted:private_key]", 1)


@given(
    st.lists(st.sampled_from([*SECRETS.values(), "password=hunter2", "비번: abc123", "web-3", "장애", "\n"])).map(
        " ".join
    )
)
def test_redacting_twice_changes_nothing(text: str) -> None:
    cleaned, _ = redact(text)
    assert redact(cleaned) == (cleaned, 0)
    assert not any(secret in cleaned for secret in SECRETS.values())


@given(st.text(max_size=200))
def test_any_text_can_be_redacted(text: str) -> None:
    cleaned, count = redact(text)
    assert count == 0 or "[redacted:" in cleaned
