"""Korean names in a sentence: a family name and a given name of two syllables before a particle of the subject."""

import re

from bot.domain.glossary import GLOSSARY
from bot.domain.korean_words import KOREAN_STOP_WORDS, is_noun

_FAMILY = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차주구민류나진엄채원"
_TWO = "남궁|황보|제갈|사공|선우|독고|서문"
_FIRST = (
    "가강건경광국규근기길나남다대덕도동두래루리만명무미민범병보복봄봉상서석선설성세소솔수순슬승시아안애연영예오옥완용우원유윤"
    "은의이인일자재정제종주준중지진찬창채철춘충태하한해향현형혜호홍화환효훈희"
)
_LAST = (
    "건겸경곤광구국권규균근기길나남늘담덕도동라란람래련렬령록루름리림명목무미민범비빈빛상서석선섭성솔수숙순슬승식신아안애연열엽영예옥"
    "온완용우욱운웅원유윤율은익인일재정제종주준중지진찬창채천철춘태택하학한해향헌혁현형혜호홍환효후훈휘희"
)
_NAMED = re.compile(
    rf"(?<![가-힣])((?:(?:{_TWO})[{_FIRST}]?|[{_FAMILY}][{_FIRST}])[{_LAST}])(?:이가|께서|에게|한테|[이가은는])(?![가-힣])"
)
_SUFFIXES = frozenset("수선기인명도한일시지원정리상동성하신")
"""What a noun takes on as well: 주문수, 전용선, 공유기, 이용시."""
_ALIKE = """
강아지 고용주 고유명 고정도 고지서 나무늘 남동구 남해안 노선명 문제지 문화재 백지도 서명인 서해안 성수기
손상은 신기록 신기루 안정도 안정성 양도인 오선지 원시림 원주민 유도한 유동성 유리창 유리한 유선은 유일한
유지한 유효성 이동성 이동식 이동은 이동한 이미지 이상은 이상한 이용도 이용성 이정도 이진수 임시원 전기선
전동기 전선주 전용선 전원선 전원은 전자식 전진한 전화기 전화선 정보원 정상인 정수기 정정한 정제한 정지한
조명도 조성한 조정한 주도한 주무기 주소록 진정한 최대한 최소한 하루하 하수도 한가지 한동안 한정한
"""
_VERBAL = frozenset(("하는", "하은", "도는", "인가"))
"""An ending or two particles: 유지하는, 강도도는, 원인인가."""
_KNOWN = frozenset(word for group in GLOSSARY for entry in group for word in entry.split()) | frozenset(_ALIKE.split())


def korean_names_in(text: str) -> list[str]:
    """Return what stands in a text like a Korean name whom somebody speaks of, whether or not anybody is called so."""
    return [found[1] for found in _NAMED.finditer(text) if not _is_noun(found[1], found[0])]


def _is_noun(name: str, whole: str) -> bool:
    if name in _KNOWN or name in KOREAN_STOP_WORDS or is_noun(name) or is_noun(whole):
        return True
    if name[-1] + whole[-1] in _VERBAL:
        return True
    return name[-1] in _SUFFIXES and (is_noun(name[:2]) or name[:2] in _KNOWN)
