"""What is not said in earnest, or not on one's own word: jokes, wagers, orders to the machine and hearsay."""

import re
import unicodedata

_JOKES = (
    r"\b(?:lo+l|lmao|rofl|jk|j/k|(?:ha){2,}h?|(?:he){2,}|just kidding)\b|(?:^|\s)/s\s*$"
    r"|\boh (?:great|joy|wonderful|nice)\b|\bas (?:always|usual|ever)\b"
    r"|:(?:joy|rofl|laughing|sweat_smile|wink|upside_down_face|stuck_out_tongue\w*):"
    r"|[😂🤣😜😉🙃]|[ㅋㅎ]{2}|(?<![가-힣])ㅋ|농담|늘 그렇듯|언제나처럼"
)
_WAGERS = (
    r"\bi(?:'d|'ll| would)? (?:bet|wager)\b|\bmy (?:money|bet)\b|\bbet (?:you|it)\b"
    r"|(?<![가-힣])내기|에 한 표|[에다] 걸겠"
)
_ORDERS = (
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|prior|above|earlier|preceding)"
    r" (?:instruct|prompt|rule|order|direct)"
    r"|\bwrite (?:down )?that\b"
    r"|(?:위|이전|앞|앞선|기존)\S*\s?(?:지시|명령|프롬프트|규칙)\S*\s?(?:모두 |전부 |다 )?(?:무시|잊)"
    r"|라고 (?:써|쓰세|적어|적으|작성해)"
)
_HEARSAY = (
    r"\bclaim(?:s|ed|ing)? (?:that|the|it|it's|its|our|we|to)\b|\b(?:allegedly|supposedly|reportedly|rumou?rs?)\b"
    r"|\b(?:i|we) heard\b|^heard\b|\b(?:he|she|they|people|some) says?\b"
    r"|[다라]던데|[다라]고 (?:하던데|하네요|들었|주장)|카더라|소문(?!자)|아닐까"
)
_NOT_MEANT = re.compile(f"{_JOKES}|{_ORDERS}")
_NOT_OWN = re.compile(f"{_WAGERS}|{_HEARSAY}")


def is_meant(text: str) -> bool:
    """Whether a line means what it says: it is no joke, and no order to the machine."""
    return _NOT_MEANT.search(_plain(text)) is None


def is_in_earnest(text: str) -> bool:
    """Whether a line states what it says as its speaker's own word."""
    return is_meant(text) and _NOT_OWN.search(_plain(text)) is None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower().replace("’", "'").strip()
