"""What a Korean word of a question is about: particles and endings cut off, words that only ask left out."""

_PARTICLES = """
에서부터 으로부터 에서는 에서도 에서의 으로는 으로도 이라는 이라고 이랑은 까지는 까지도 부터는 에게서
한테서 에게는 에서 에게 에는 에도 에만 에의 으로 로는 로도 로써 로서 이랑 이나 이란 이라 까지 부터
처럼 보다 마다 만큼 밖에 조차 마저 하고 라는 라고 한테 께서 이고 이며 이었 였던 이었던 때문에 때문
관련된 관련 관해 대한 대해 동안 중에 들이 들은 들을 들의 들에 은 는 이 가 을 를 의 에 로 와 과
도 만 나 랑 란 들 요 님
"""
_ENDINGS = """
했었는지 했었던 했던가 했는지 했습니다 했나요 했을까 했을 했던 했다 했어 했지 했나 하였던 하였다
하는지 하는데 하는 하던 하다 하게 하여 한다 한지 하면 해서 해야 했고 하고 할까 할 한 해 된지
됐는지 되었는지 되었던 되었다 됐습니다 됐었던 됐던 됐나 됐어 됐다 되는지 되는 되던 되다 되어 되면
돼서 된다 될 된 돼 시킨 시켰던 인지 이었던 이었지 이었나 였나 였지 였던 입니까 입니다 인가요 인가
인데 이야 이지 이니 이었어
"""
_STOPS = """
뭐 뭐야 뭐지 뭐였지 뭐였어 뭐였더라 뭔가 뭔지 뭘 무엇 무엇이 무엇인가 무엇이었지 무슨 어떤 어떻게
어떠 어디 어디서 언제 누가 누구 왜 몇 얼마나 알려줘 알려주세요 알려 알려달라 찾아줘 찾아주세요 찾아
찾기 보여줘 보여주세요 보여 검색 검색해줘 정리 정리해줘 요약 요약해줘 말해줘 설명해줘 가르쳐줘 있었던
있었어 있었나 있었나요 있었지 있었는지 있던 있는 있나 있나요 있어 있어요 있을까 있었습니까 있습니까
있다 있었다 없었나 없나 이었 이었지 였지 그 그때 그거 그건 그런 이 이거 이런 저 저번 저희 우리
우리가 것 거 게 건 수 때 적 중 및 등 또 또는 그리고 혹시 관련 관련된 관한 대한 대해 대해서 사례
경우 내용 일 난 났던 났었던 났을 나는 났어 났나 났지 생긴 생겼던 발생한 발생했던 발생 발생했나 했던
했어 했나 했지 한 할 하는 해줘 해주세요 주세요 줘 좀 다시 비슷한 유사한 같은 모든 모두 전부 지금
이전 이전에 과거 과거에 예전 예전에 전에 최근 최근에 제일 가장 번 건가 인가 인가요 됐어 됐나 됐지
된 되었나 쪽 어느 안 못 됐던 되던 갔던 적이 적은 적도 것이 것은 건지 지난번 지난번에 저번에 가득
"""
KOREAN_STOP_WORDS = frozenset(_STOPS.split())
_BY_LENGTH = tuple(sorted(set(_PARTICLES.split()), key=len, reverse=True))
_VERBAL = tuple(sorted(set(_ENDINGS.split()), key=len, reverse=True))
_AFTER_CONSONANT = frozenset(("은", "이", "을", "과", "으로"))
_AFTER_VOWEL = frozenset(("는", "가", "를", "와", "나", "랑", "란"))
# Words that end like a particle or an ending and are none: the whole is what is looked for.
_NOUNS = """
회의 동의 문의 주의 합의 결의 정의 경로 도로 회로 통로 선로 진로 사이 차이 높이 길이 페이지 추가
평가 증가 허가 국가 인가 휴가 불가 결과 효과 초과 통과 경과 성과 부과 과도 속도 온도 용도 정도
빈도 제도 시도 한도 강도 밀도 밴드 로그인 어드민 관리인 가이드 하드 카드 사이드 로드 업로드 다운로드
노드 코드 메모리 서비스 디스크 라우터 이나 하나 만료 종료 원인 확인 승인 로그 매체 교체 전체 제한
권한 기한 지연 회로차단 사고 창고 경고 광고 보고 참고 재고 신고 서버 배포 부하 분산 이하 저하 하락
상태 형태 사태 과부하 저장소 문제 결제 삭제 해제 이메일 파일 타임 프로덕션 스토리지 이미지 데이터
쿠버네티스 네트워크 이중화 자동화 최적화 초기화 동기화 암호화 가상화 피해 이해 오해 방해 장해 회의록
대회 방과 학과 백업 도메인 라인 온라인 오프라인 메인 체인 디자인 사용자 대한민국 접근 접속 로밍
트래픽 지표 알림 알람 필드 빌드 헤드 스레드 쓰레드 비밀번호 메시지 전송 클라우드 백엔드 프론트엔드
프로토콜 페일오버 이벤트 큐 락 키 캐시
"""
_WHOLE = frozenset(_NOUNS.split())
_SHORT_NOUNS = frozenset("큐락키앱웹봇팟훅콜랙칩핀풀램힙탭망존톡")


def stem(word: str, *, after_latin: bool = False) -> str:
    """Return the part of a Korean word that names something: 서버에서 → 서버, 배포했던 → 배포, "" when nothing does.

    `after_latin`: the word follows Latin letters or digits directly (web-3에서), so all of it may be a particle.
    """
    if after_latin and (word in _BY_LENGTH or word in KOREAN_STOP_WORDS or word in _VERBAL):
        return ""
    if word in _WHOLE or word in KOREAN_STOP_WORDS:
        return word
    bare = _without_particle(word)
    if bare in _WHOLE or bare in KOREAN_STOP_WORDS:
        return bare
    return _without_ending(bare if bare != word else word)


def is_noun(word: str) -> bool:
    """Whether a word is one of the nouns of operations that are known whole."""
    return word in _WHOLE


def _without_particle(word: str) -> str:
    """Cut the longest particle that the sound before it allows; one that may belong to the noun stays."""
    for particle in _BY_LENGTH:
        rest = word.removesuffix(particle)
        shortest = 1 if len(particle) > 1 or rest in _SHORT_NOUNS else 2
        if rest == word or len(rest) < shortest:
            continue
        if _fits(rest[-1], particle):
            return rest
    return word


def _without_ending(word: str) -> str:
    for ending in _VERBAL:
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 2:
            return rest
    return word


def _fits(last: str, particle: str) -> bool:
    if not "가" <= last <= "힣":
        return True
    final = (ord(last) - 0xAC00) % 28
    if particle in _AFTER_CONSONANT or particle.startswith("으로"):
        return final != 0
    if particle in _AFTER_VOWEL:
        return final == 0
    if particle == "로":
        return final in (0, 8)
    return True
