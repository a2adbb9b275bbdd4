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
        ("password\u200b=Tiger2024!!", "password\u200b=[redacted:password]"),
        ("비밀번호：tiger2024! 🧑\u200d💻 – 확인", "비밀번호：[redacted:password] 🧑\u200d💻 – 확인"),
        ("토큰 ： ab\u200bcd1234\u2060efgh\u200b", "토큰 ： [redacted:password]\u200b"),
        ("ｐａｓｓｗｏｒｄ＝ｔｉｇｅｒ２０２４！", "ｐａｓｓｗｏｒｄ＝[redacted:password]"),
        ("password\x00=\x00tiger2024!", "password\x00=\x00[redacted:password]"),
        ("주민번호 900101–1234567", "주민번호 [redacted:resident_number]"),
        ("PGPASSWORD=hunter2 psql", "PGPASSWORD=[redacted:password] psql"),
        ("sshpass -p hunter2 ssh web-3", "sshpass -p [redacted:password] ssh web-3"),
        ("mysql -uroot -phunter2 relay", "mysql -uroot -p[redacted:password] relay"),
        ("pw는 hunter2 예요", "pw는 [redacted:password] 예요"),
        ("pass: hunter2", "pass: [redacted:password]"),
        ("Cookie: lang=ko; session=0123456789abcdef", "Cookie: [redacted:cookie]"),
        ("the pass is Maple2031!", "the pass is [redacted:password]"),
        ("admin pass was tiger77 till noon", "admin pass was [redacted:password] till noon"),
        ("root / maple2031 on the old box", "root / [redacted:password] on the old box"),
        ("admin / Han!gang7 로 들어가세요", "admin / [redacted:password] 로 들어가세요"),
        (f"and secret {LETTERS}", "and secret [redacted:api_key]"),
        ("계좌 110-234-567890 신한", "계좌 [redacted:account_number] 신한"),
        ("계좌번호: 국민 123456-01-234567", "계좌번호: 국민 [redacted:account_number]"),
        ("110-234-567890 (신한) 으로 환불", "[redacted:account_number] (신한) 으로 환불"),
        ("account number 12345678901", "account number [redacted:account_number]"),
        ("9001011234567 이 분이 문의", "[redacted:resident_number] 이 분이 문의"),
        ("9001011234567 이분이요", "[redacted:resident_number] 이분이요"),
        ("고객 확인 9503022345678", "고객 확인 [redacted:resident_number]"),
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
        "🧑\u200d💻 web-3 – 롤백 중： 80 ％",
        "pass: 128, fail: 3",
        "pass: web-3",
        "Cookie: session expired",
        "the second pass is done, the third pass is 20min long",
        "the pass is web-3, bypass is v2only",
        "root / nvme0n1p2 is full",
        "root / 95GB, user / 4000ms, admin / api-2",
        "the secret rotation-of-all-gateway-keys is on",
        "secret 9f3c2ab1d4e5f60718293a4b5c6d7e8f90a1b2c3 is a commit",
        "계좌 12건, 우리 2024-05-20 회의, 국민 010-1234-5678",
        "계좌 조회 02-123-4567 로 문의",
        "our account number is not shown on 2024-05-20",
        "order 9001011234567 failed",
        "고객 주문 1234567890123 실패, 9001011234567 분석",
        "mysql -P 3306 -h db-1",
        "docker run -p 8080:8080",
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
    st.lists(
        st.sampled_from(
            [*SECRETS.values(), "password=hunter2", "비번: abc123", "pw\u200b：ｘ1y2z3", "web-3", "장애", "\n"]
        )
    ).map(" ".join)
)
def test_redacting_twice_changes_nothing(text: str) -> None:
    cleaned, _ = redact(text)
    assert redact(cleaned) == (cleaned, 0)
    assert not any(secret in cleaned for secret in SECRETS.values())


@given(st.sampled_from(sorted(SECRETS)), st.data())
def test_characters_that_nobody_sees_hide_no_secret(kind: str, data: st.DataObject) -> None:
    unseen = st.sampled_from(["", "", "", "\u200b", "\u00ad", "\u2060\ufeff", "\ufe0f", "\ue000", "\U000e0041"])
    hidden = "".join(char + data.draw(unseen) for char in SECRETS[kind])
    cleaned, count = redact(f"그 값 {hidden} 폐기")
    assert (count, cleaned[:4], cleaned[-3:]) == (1, "그 값 ", " 폐기")


@given(st.text(max_size=200))
def test_any_text_can_be_redacted(text: str) -> None:
    cleaned, count = redact(text)
    assert count == 0 or "[redacted:" in cleaned
