"""`python -m tests.evals.redaction --lines 20000 [--seed N]`: secrets planted in lines as people type them.

How many were taken out, kind by kind, and how many lines without a secret were touched. The lines are made here, in
English and Korean; one in three has characters that nobody sees, or other forms of its letters and signs.
"""

import argparse
import random
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.domain.redaction import redact

ALNUM = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def _some(dice: random.Random, alphabet: str, least: int, most: int = 0) -> str:
    return "".join(dice.choice(alphabet) for _ in range(dice.randint(least, most or least)))


def _password(dice: random.Random) -> str:
    """As people choose them: a word, digits, a sign."""
    word = dice.choice(["Summer", "kakao", "Relay", "hangang", "Prod", "tiger", "dbadmin", "seoul", "Qwer"])
    return word + _some(dice, string.digits, 2, 4) + dice.choice(["!", "@", "#", "$", "!!", "*"])


def _luhn(dice: random.Random) -> str:
    digits = [int(one) for one in dice.choice(["4", "51", "55", "9410", "3560"])]
    while len(digits) < 15:
        digits.append(dice.randrange(10))
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    number = "".join(map(str, [*digits, -total % 10]))
    gap = dice.choice(["", " ", "-"])
    return gap.join(number[at : at + 4] for at in range(0, 16, 4))


def _resident(dice: random.Random) -> str:
    birth = f"{dice.randrange(50, 100):02}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}"
    return f"{birth}-{dice.choice('1256')}{_some(dice, string.digits, 6)}"


def _key_block(dice: random.Random) -> str:
    what = dice.choice(["RSA ", "EC ", "OPENSSH ", ""]) + "PRIVATE " + "KEY"
    body = "\n".join(_some(dice, ALNUM + "+/", 64) for _ in range(4))
    return f"-----BEGIN {what}-----\n{body}\n-----END {what}-----"


Make = Callable[[random.Random], str]
BARE: Mapping[str, Make] = {
    "aws access key": lambda d: "AK" + "IA" + _some(d, string.ascii_uppercase + "234567", 16),
    "github token": lambda d: d.choice(["gh" + "p_", "gh" + "o_", "gh" + "s_"]) + _some(d, ALNUM, 36),
    "github fine-grained token": lambda d: "github_" + "pat_" + _some(d, ALNUM, 22) + "_" + _some(d, ALNUM, 59),
    "gitlab token": lambda d: "gl" + "pat-" + _some(d, ALNUM + "-_", 20),
    "slack bot token": lambda d: f"xox{d.choice('bpa')}-" + _some(d, string.digits, 12) + "-" + _some(d, ALNUM, 24),
    "slack app token": lambda d: "xapp" + "-1-" + _some(d, ALNUM, 11) + "-" + _some(d, HEX, 64),
    "slack webhook": lambda d: (
        "https://hooks.slack.com/" + "services/T0" + _some(d, ALNUM, 7) + "/B0" + _some(d, ALNUM, 31)
    ),
    "discord webhook": lambda d: (
        "https://discord.com/api/" + "webhooks/" + _some(d, string.digits, 18) + "/" + _some(d, ALNUM + "-_", 68)
    ),
    "google key": lambda d: "AI" + "za" + _some(d, ALNUM + "-_", 35),
    "stripe key": lambda d: "sk_" + "live_" + _some(d, ALNUM, 24),
    "openai key": lambda d: "sk-" + "proj-" + _some(d, ALNUM, 48),
    "npm token": lambda d: "npm" + "_" + _some(d, ALNUM, 36),
    "telegram bot token": lambda d: _some(d, "123456789", 10) + ":AA" + _some(d, ALNUM + "-_", 33),
    "vault token": lambda d: "hvs" + "." + _some(d, ALNUM, 24),
    "json web token": lambda d: (
        ".".join("ey" + "J" + _some(d, ALNUM + "-_", 20, 60) for _ in range(2)) + "." + _some(d, ALNUM, 43)
    ),
    "private key": _key_block,
    "card number": _luhn,
    "resident number": _resident,
}
"""Secrets that show by themselves what they are."""
AROUND = (
    "{}",
    "use {} for now",
    "I pasted the wrong thing, it was {}",
    "here it is: {} please rotate",
    "`{}`",
    "got this in the log: {}",
    "새로 발급한 값은 {} 입니다",
    "{} 이거 노출됐어요, 폐기해 주세요",
    "로그에 {}가 찍혔습니다",
    "(참고: {})",
)
NAMED: Mapping[str, tuple[tuple[str, ...], Make]] = {
    "password": (
        (
            "password: {}",
            "DB_PASSWORD={}",
            "the password is {}",
            'password="{}"',
            "pwd={} on lb-07",
            '{{"password": "{}"}}',
            "admin password was {} until today",
            "PGPASSWORD={} psql -h db-1",
            "dbPassword={}",
            "SSHPASS={} rsync -a . web-3:",
            "pass: {}",
            "use the password {} for now",
            "login relay / pass={}",
            "the pass is {}",
            "root / {} on web-3",
        ),
        _password,
    ),
    "korean password": (
        (
            "비밀번호는 {} 입니다",
            "비번: {}",
            "비밀번호 {} 로 접속하세요",
            "패스워드={}",
            "암호는 {}",
            "접속키: {}",
            "루트 비번은 {} 예요",
            "pw는 {} 입니다",
            "pw: {}",
            "비밀번호 변경: {}",
            "새 비번 이거예요: {}",
            "id admin pw {}",
            "password는 {} 로 바꿨어요",
        ),
        _password,
    ),
    "command line": (
        (
            "mysql -h db-1 -u root --password {}",
            "curl -u admin:{} https://gw.example/health",
            "redis-cli --pass {}",
            "psql --password={} -h db-1",
            "sshpass -p {} ssh root@web-3",
            "sshpass -p'{}' ssh root@web-3",
            "mysql -h db-1 -u root -p{}",
            "mysqldump -uroot -p{} relay > relay.sql",
            "redis-cli -h mq-1 -a {} ping",
            "docker login -u relay -p {} registry.example",
        ),
        _password,
    ),
    "address": (
        ("postgres://app:{}@db-1/app", "DATABASE_URL=mysql://root:{}@10.0.0.7:3306/x", "amqp://relay:{}@mq-1/"),
        lambda d: _some(d, ALNUM, 10, 20),
    ),
    "signed address": (
        (
            "https://relay.blob.core.windows.net/logs?sv=2022-11-02&se=2024-05-21&sig={}",
            "https://relay.s3.amazonaws.com/dump.gz?X-Amz-Expires=3600&X-Amz-Signature={}",
            "로그는 https://storage.googleapis.com/relay/dump.gz?X-Goog-Signature={} 에 있어요",
        ),
        lambda d: _some(d, HEX, 44, 64),
    ),
    "secret key of aws": (
        (
            "aws_secret_access_key {}",
            "aws configure set aws_secret_access_key {}",
            "SecretAccessKey {}",
            "secret key: {}",
        ),
        lambda d: _some(d, ALNUM + "/+", 39) + "a",
    ),
    "authorization": (
        (
            "Authorization: Bearer {}",
            "curl -H 'Authorization: Bearer {}' https://gw.example",
            "Authorization: Basic {}",
        ),
        lambda d: _some(d, ALNUM, 24, 40),
    ),
    "cookie": (
        (
            "Cookie: session={}",
            "Set-Cookie: sid={}; Path=/; HttpOnly",
            "curl -H 'Cookie: lang=ko; session={}' https://gw.example",
            "curl -b 'session={}' https://gw.example",
        ),
        lambda d: _some(d, ALNUM, 16, 40),
    ),
    "key by its name": (
        (
            "api_key={}",
            "client_secret: {}",
            "AWS_SECRET_ACCESS_KEY={}",
            "export API_TOKEN={}",
            "x-api-key: {}",
            "KAKAO_CLIENT_SECRET={}",
            "AccountKey={};EndpointSuffix=core.windows.net",
            "인증키={}",
            "토큰: {}",
            "REST API 키: {}",
        ),
        lambda d: _some(d, ALNUM, 24, 44),
    ),
}
"""Secrets that only their name gives away."""
UNSEEN = "\u200b\u200c\u200d\u2060\u00ad\ufeff\u202e\U000e0041"


def _unseen(dice: random.Random, line: str) -> str:
    """Characters in it that nobody sees, some on purpose, some from where it was copied."""
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(line) + 1)
        line = line[:at] + dice.choice(UNSEEN) + line[at:]
    return line


def _wide(dice: random.Random, line: str) -> str:
    """The wide forms of a Korean or Chinese keyboard: all of it, or its signs alone."""
    signs = string.punctuation if dice.random() < 0.7 else string.punctuation + ALNUM
    return "".join(chr(ord(char) + 0xFEE0) if char in signs else char for char in line)


def _dashes(dice: random.Random, line: str) -> str:
    """As a word processor writes hyphens and colons."""
    dash, colon = dice.choice("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"), dice.choice("：﹕∶꞉")
    return line.replace("-", dash).replace(":", colon).replace("=", dice.choice("＝﹦"))


DISGUISES = (_unseen, _wide, _dashes, lambda _, line: unicodedata.normalize("NFD", line))
DISGUISED = 1 / 3


def disguised(dice: random.Random, line: str) -> str:
    """One line in three otherwise than it is typed."""
    return dice.choice(DISGUISES)(dice, line) if dice.random() < DISGUISED else line


def as_read(text: str) -> str:
    """What is left of a disguise for whoever reads it, or asks a program to read it."""
    seen = "".join(char for char in text if unicodedata.category(char) != "Cf")
    dashed = "".join("-" if unicodedata.category(char) == "Pd" or char == "\u2212" else char for char in seen)
    return unicodedata.normalize("NFKC", dashed)


BENIGN = (
    "pass: 128, fail: {n}, skipped: {m}",
    "tests pass={m} fail={n}",
    "cookie banner covers the checkout button — web-{n} only",
    "Cookie: session expired, people are signed out",
    "mysql -h db-{n} -u app -P 3306 -e 'show processlist'",
    "docker run -p 80{m}:8080 relay:{n}.{m}",
    "mkdir -p /srv/relay/{n}{m} && ssh -p 22{m} web-{n}",
    "pw 초기화 문의가 {n}건 더 들어왔습니다",
    "🧑\u200d💻 web-{n} – 롤백 중：{m}% 완료",
    "tokens=4{m} page_size={n}{m}",
    "the compass-{n} service passes all {m} checks",
    "password sha256 hashes and argon2id are both accepted, oauth2 too",
    "비밀번호 변경: 오늘 {m}시 공지 예정",
    "비밀번호 재설정 문의: {n}{m}건",
    "the password web-{n} asks for is the new one",
    "https://grafana.example/d/{hex8}?var-sig={n}&orgId={m}",
    "checkout errors on web-{n} since 14:{m:02}, about {n} % of users",
    "rolled back lb-{n:02} to 4.{m}.{n}, commit {hex40}",
    "p99 went from {n} ms to {m}00 ms, see https://grafana.example/d/{hex8}/relay?from=17161843{m:02}000&to=17161879{m:02}000",
    "request id {uuid} failed with 50{n}",
    "OPS-{n}{m} and INC-{n} are the same thing",
    "the token is expired, people have to sign in again",
    "password reset does not work on the app",
    "who owns the secret rotation job?",
    "please change your password after the incident",
    "image sha256:{hex64} was pulled on web-{n}",
    "call me at 010-1234-{m:02}{m:02} or the desk at 02-2100-{m:02}{m:02}",
    "pod relay-7d9f8b6c5-x{n}k2p restarted {m} times",
    'etag "{hex32}" does not match',
    "비밀번호 변경이 안 된다는 문의가 {n}건 들어왔습니다",
    "web-{n} 롤백했고 5xx가 {m}%에서 0.{n}%로 줄었습니다",
    "원인은 토큰 만료가 아니라 부하 분산 설정이었습니다",
    "주문번호 2024{m:02}{m:02}-00{n}{m} 고객 문의 확인 부탁드립니다",
    "오후 2시 {m}분부터 메시지 전송이 실패합니다, 영향 사용자 {n}만 명",
    "인증 서버 응답이 느립니다. 비번 입력 화면에서 멈춥니다",
    "암호화 키 교체 작업은 다음 주로 미룹니다",
    'INFO 2024-05-20T05:{m:02}:00.123Z relay{n} msg="retry" attempt={n} latency_ms={m}',
    "10.{n}.{m}.7 -> 10.{n}.{m}.9 packet loss {n} %",
    "see https://github.com/haneul/relay/pull/{n}{m}#discussion_r12345{m:02}",
    "kubectl -n messaging get secret relay-tls -o yaml | head",
    "the {n}th pass is done, the next pass is {m}min long",
    "root / nvme{n}n1p{m} is full, /var / {m}GB left",
    "계좌 {n}{m}건 이체 실패, 우리 {n}{m}-{m}-{n} 문서 참고",
    "고객 주문 1716184{m:02}{n}321 이 분석 대상입니다",
    "access_token column is null for {n} users",
    "tokens per second: {n}, max_tokens={m}",
)


@dataclass
class Score:
    """How many secrets of each kind were planted and survived; how many benign lines there were and were touched."""

    planted: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)
    benign: int = 0
    touched: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def caught(self) -> float:
        """Share of the planted ones that were taken out."""
        return 1 - self.survived.total() / self.planted.total()

    @property
    def false_alarms(self) -> float:
        """Share of the benign lines that were touched."""
        return self.touched / self.benign


def score(lines: int, seed: int) -> Score:
    """Half of the lines hold one secret each."""
    dice, found = random.Random(seed), Score()
    for _ in range(lines // 2):
        _plant(dice, found)
        _spare(dice, found)
    return found


def _plant(dice: random.Random, found: Score) -> None:
    kind = dice.choice([*BARE, *NAMED])
    frames, make = NAMED[kind] if kind in NAMED else (AROUND, BARE[kind])
    secret = make(dice)
    line = disguised(dice, dice.choice(frames).format(secret))
    found.planted[kind] += 1
    left = as_read(redact(line)[0])
    if secret in left or any(part in left for part in secret.split("\n") if len(part) > 30):
        found.survived[kind] += 1
        found.examples.append(f"{kind}: {line!a}")


def _spare(dice: random.Random, found: Score) -> None:
    parts = {f"hex{size}": _some(dice, HEX, size) for size in (8, 32, 40, 64)}
    plain = parts["hex32"]
    uuid = "-".join((plain[:8], plain[8:12], "4" + plain[13:16], "a" + plain[17:20], plain[20:]))
    line = disguised(dice, dice.choice(BENIGN).format(n=dice.randint(1, 9), m=dice.randint(10, 59), uuid=uuid, **parts))
    found.benign += 1
    if redact(line)[1]:
        found.touched += 1
        found.examples.append(f"benign: {line!a}")


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals.redaction")
    parser.add_argument("--lines", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked = parser.parse_args()
    found = score(asked.lines, asked.seed)
    print(f"seed {asked.seed}")
    for kind, count in sorted(found.planted.items()):
        print(f"{kind:28} {count - found.survived[kind]:6} of {count}")
    planted, others = found.planted.total(), found.benign
    print(f"caught {found.caught:.2%} of {planted}; touched {found.false_alarms:.2%} of {others} others")
    for line in found.examples[:12]:
        print(f"  {line}")


if __name__ == "__main__":
    main()
