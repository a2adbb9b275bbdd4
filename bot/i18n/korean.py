"""Korean particles: which form follows a word, whatever script or punctuation the word ends in."""

import unicodedata

_RIEUL = 8
_DIGIT_FINALS = dict(zip("0123456789", (21, 8, 0, 16, 0, 0, 1, 8, 8, 0), strict=True))  # 영 일 이 삼 사 오 육 칠 팔 구
_LETTER_FINALS = {"l": 8, "m": 16, "n": 4, "r": 8}  # 엘 엠 엔 알; every other letter's name ends in a vowel
_SPELT_FINALS = {"k": 1, "c": 1, "p": 17, "b": 17, "t": 19, "m": 16, "n": 4, "l": 8}
_VOWELS = frozenset("aeiou")
_SIGN_FINALS = {"%": 0, "℃": 0, "+": 0, "#": 17, "$": 0, "㎞": 0}  # 퍼센트, 도, 플러스, 샵, 달러
_ENDINGS = (("ng", 21), ("ck", 1), ("sh", 0), ("ch", 0), ("th", 0), ("ph", 0), ("le", 8), ("me", 16), ("ne", 4))
_LOAN_VOWEL = ("se", "ce", "ge", "ve", "ze", "te", "de", "ke", "pe")


def josa(word: str, pair: str) -> str:
    """Return `word` with the particle of `pair` that fits its sound: josa("lb-07", "은/는") is "lb-07은".

    `pair` is written after-consonant first: 은/는, 이/가, 을/를, 과/와, 으로/로, 아/야, 이라/라 and so on.
    Closing quotes, brackets and Slack's marks are skipped; a word whose sound is unknown gets "은(는)".
    Raises ValueError when `pair` is not two forms joined by a slash.
    """
    after_consonant, slash, after_vowel = pair.partition("/")
    if not (slash and after_consonant and after_vowel):
        raise ValueError(f"not a pair of particles: {pair}")
    final = _final_sound(word)
    if final is None:
        return word + _both(after_consonant, after_vowel)
    is_vowel = final == 0 or (final == _RIEUL and after_consonant.startswith("으로"))
    return word + (after_vowel if is_vowel else after_consonant)


def _both(after_consonant: str, after_vowel: str) -> str:
    if after_consonant.endswith(after_vowel):
        return f"({after_consonant.removesuffix(after_vowel)}){after_vowel}"
    return f"{after_consonant}({after_vowel})"


def _final_sound(word: str) -> int | None:
    """Return the Unicode number of the last syllable's final consonant (0: none), or None when unknown."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", word)).lower()
    for index in range(len(plain) - 1, -1, -1):
        char = plain[index]
        if "가" <= char <= "힣":
            return (ord(char) - 0xAC00) % 28
        if char in _DIGIT_FINALS:
            return _number_final(plain, index)
        if "a" <= char <= "z":
            return _latin_final(plain, index)
        if char in _SIGN_FINALS:
            return _SIGN_FINALS[char]
        if unicodedata.category(char)[0] not in "PZSMC":
            return None
    return None


def _number_final(text: str, index: int) -> int:
    """A number that ends in zeros ends in its power of ten (십 백 천 만 …); a code such as 00 is read by digits."""
    start = index
    while start > 0 and text[start - 1] in _DIGIT_FINALS:
        start -= 1
    digits = text[start : index + 1]
    zeros = len(digits) - len(digits.rstrip("0"))
    if zeros == 0 or digits.startswith("0"):
        return _DIGIT_FINALS[digits[-1]]
    if zeros < 4:
        return (17, 1, 4)[zeros - 1]
    return 4 if zeros < 8 else 1 if zeros < 12 else 0


def _latin_final(text: str, index: int) -> int:
    """Return the final of an English word as Koreans say it; an abbreviation is spelt letter by letter."""
    start = index
    while start > 0 and "a" <= text[start - 1] <= "z":
        start -= 1
    word = text[start : index + 1]
    if len(word) <= 3 or not _VOWELS.intersection(word):
        return _LETTER_FINALS.get(word[-1], 0)
    if word.endswith(_LOAN_VOWEL):
        return 0
    for ending, final in _ENDINGS:
        if word.endswith(ending):
            return final
    if word[-1] in "ptk" and word[-2] not in _VOWELS:
        return 0
    return _SPELT_FINALS.get(word[-1], 0)
