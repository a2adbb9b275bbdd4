"""What people say in an incident channel when they name a cause, a duty, an effect: cue phrases and their weights."""

import re

from bot.domain.cue import Cue, cues
from bot.domain.cues_of_deeds import DECISIONS, TRIGGER

_HEDGES = (
    r"\b(?:maybe|perhaps|probably|possibly|might|could (?:be|have)|may (?:be|have)|seems?"
    r"|looks? like|looking like|suspect"
    r"|i(?:'d)? (?:think|guess)|guessing|likely|not sure|hypothesis|theory|apparently|as if"
    r"|assum\w+|i believe|if the)\b"
    r"|아마|[은는인한된던일을]\s?것?\s?(?:같|듯)|같[습아네은]|추정|의심|추측|보입니다|보이네"
    r"|보여요|것으로 보|로 보[였이여]|수도 있|지도 모|가능성|혹시|일\s?듯|인\s?듯|만약|\b(?:jk|just kidding)\b"
    r"|농담|주장"
)
HEDGE = re.compile(_HEDGES)
EXPLICIT_CAUSE = re.compile(
    r"\b(?:root |the |main |underlying |real |actual )+(?:cause|culprit)(?: of [\w\s-]{1,60})?"
    r"(?:\s(?:is|was)\b(?! (?:that we|still|un|not|being))|\s*:|\s(?:identified|found"
    r"|confirmed|detected)\b)"
    r"|\broot ?cause(?:\s?[:=-]|d to| (?:identified|found|confirmed|detected|is|was)\b)"
    r"|\bconfirmed?\b.{0,40}\b(?:cause|culprit)"
    r"|\bconfirmed (?:that )?.{0,80}\bcaused\b"
    r"|원인은(?!요\?).{2,}(?:입니다|이었습니다|였습니다|이다|였다|이었다|이에요|예요|임\b|였음"
    r"|이었음|확인|판명|밝혀|맞습니다|맞아요|때문)"
    r"|(?:원인|범인)\s?[:=]\s?\S|(?:원인|범인)(?:을)? (?:찾았|확인(?:했|됐|되었|됨|완료))"
    r"|(?:이|가|게) (?:직접적인 |근본 )?원인(?:이었|입니다|이에요|으로 (?:확인|판명|밝혀)"
    r"|임\b)"
    r"|(?:로|으로) 인한 (?:것으로 )?(?:확인|판명)"
    r"|때문(?:이었|입니다|이에요|이네요|임\b)"
    r"|(?:^|[\w가-힣)\]'] )(?<!what )(?<!who )(?<!which )(?:has |have )?caused (?!by\b)\w"
    r"|\b(?:deploy|push|change|config|release|update|upgrade|migration|commit|merge|rollout|patch|job|script|query"
    r"|restart|failover|cert|certificate|bug|setting|flag)\w*\b[^.?!;,]{0,60}?\s(?:broke|took down|brought down"
    r"|took out|knocked (?:out|over)|killed|crashed|took \S+ (?:down|offline))\b"
)
CAUSE_TOLD = re.compile(
    r"[가-힣](?<!에)(?<!그래)(?<!따라)(?<!면)서\s[^.?!]{0,40}?(?:죽[었어은]|멈[췄춰추]|다운|끊[겼어김]|먹통|장애|터졌|중단"
    r"|안\s?[되됐돼됨]|뻗|느려|지연)"
    r"|(?:느라|바람에|때문에|탓에)\s[^.?!]{0,40}?(?:죽[었어은]|멈[췄춰추]|다운|실패|끊[겼어김]|먹통|장애|터졌|중단"
    r"|안\s?[되됐돼됨]|뻗|느려|지연|났)"
    r"|\b(?:ran out of|filled up|is full|was full|expired)\b[^.?!]{0,40}?\b(?:and|so)\b[^.?!]{0,30}?"
    r"\b(?:stopped|died|crashed|failed|went down|fell over)\b"
)
"""A cause told in passing, by the clause before what broke: "디스크가 꽉 차서 mysql이 죽었습니다"."""
EARLIER = re.compile(
    r"\blast time\b|\b(?:last|previous|earlier) (?:incident|outage)\b"
    r"|^(?:so |but )?(?:last|back in) (?:week|month|year)\b(?!')"
    r"|지난\s?번|저번|이전 (?:장애|사고)|작년|지난\s?(?:달|주|해)\s?(?:장애|사고|에[는도]|원인)"
)
"""Who speaks so tells the cause of another incident."""
CAUSE_SOUGHT = re.compile(
    r"\b(?:find|finding|identify|identifying|investigat\w+|look(?:ing)? (?:for|into)|know"
    r"|understand|determin\w+|figure out|chasing"
    r"|figuring out|establish)\b.{0,30}\b(?:root )?cause"
    r"|cause (?:is |was |of .{0,40} (?:is |was ))?(?:still |currently |yet |as yet )*(?:un\w+"
    r"|not (?:yet )?(?:known|clear|found)|tbd|being)"
    r"|no (?:idea|clue)|unclear"
    r"|\b(?:what|who|which \w+) (?:has |have )?(?:caused|broke|killed)\b"
    r"|원인\s?(?:을|은|이)?\s?(?:아직|모르|불명|미상|파악|분석|조사|찾는|찾고"
    r"|확인\s?(?:중|필요|해|하|부탁|이 필요)|규명)"
    r"|원인(?:이|은)? (?:뭐|뭔|무엇|아직)"
)
CAUSE_DENIED = re.compile(
    r"\b(?:not|isn't|wasn't|never|n't)\b[^,;.]{0,20}\b(?:(?:root )?cause\b|caused|because|due to)"
    r"|\bcause (?:is|was) not\b|ruled out|unrelated"
    r"|red herring|원인(?:은|이) 아[니닌닙님]|(?:때문은|때문이|탓은|탓이) 아[니닌닙님]|무관|무근"
)
CORRECTION = re.compile(
    r"\bcorrection\b|\bi was wrong\b|\bwe were wrong\b|turns? out .{0,40}\bnot\b"
    r"|\bactually,? (?:not|it|the)\b|not the (?:root )?cause"
    r"|정정|틀렸|잘못 (?:봤|짚|알)|아니었|아니라|원인(?:은|이) 아[니닌닙님]"
)
QUESTION = re.compile(
    r"\?|^(?:what|why|who|when|where|how|which|is|are|was|were|did|does|do|can|could|should"
    r"|would|shall|has|have|any(?:one|body)?)\b"
    r"(?=.{0,60}\b(?:you|we|anyone|anybody|it|this|that|there|they"
    r"|the)\b)(?!.*[.!]$)(?!\s(?:we|it) (?:is|was|are)\b)"
    r"|(?:나요|까요|인가요|는지요|을까|ㄹ까|던가요|ㄴ가요|은가요|한가요|된건가|된 건가|건가요"
    r"|는데요\?|뭐죠|뭐지|뭘까|왜죠)[.~…\s]*$"
)
_ENGLISH_CHATTER = (
    r"ok(?:ay|ie)?|kk?|yes|yeah|yep|yup|no|nope|sure|thanks?(?: you)?|thank you|thx|ty|lol|lmao|haha++"
    r"|nice|great|cool|awesome|ack(?:ed)?|done|same|agreed|right|true|indeed|got it|on it|sounds good"
    r"|will do|good (?:job|work|morning)|hi|hello|hey|lgtm|hm++|huh|ugh|oops|wow|looking|checking|me too"
    r"|ah++|oh++|sorry|np|dope|one (?:sec|moment)|gimme a bit|man|all|everyone|team|so much"
)
_KOREAN_CHATTER = (
    r"네++|넵++|넹|예|옙|응|아하|아++|오++|헐|음++|흠++|굿|ㅇㅋ|ㅇㅇ|ㄱㄱ|ㅋ++|ㅎ++|ㅠ++|ㅜ++"
    r"|감사(?:합니다|해요|드립니다)?|고맙습니다|수고(?:하셨습니다|하셨어요|하십니다|많으셨습니다)?"
    r"|많으셨습니다|확인(?:했습니다|했어요|합니다|해볼게요|해보겠습니다|하겠습니다|중입니다|중|요"
    r"|부탁드립니다)?|알겠습니다|알겠어요|그렇네요|그러네요|맞습니다|맞아요|좋습니다|좋아요|저도요?"
    r"|보겠습니다|볼게요|중입니다|안녕하세요|죄송합니다|잠시만요|잠깐만요|바로|모두|다들|고생(?:하셨습니다"
    r"|많으셨습니다|하셨어요)?|\+1|:[a-z0-9_+-]+:"
)
# Possessive repeats: a long row of one letter has one reading, not exponentially many.
CHATTER = re.compile(
    rf"(?:(?:(?:{_ENGLISH_CHATTER})(?![a-z])|{_KOREAN_CHATTER})[\s.,!~^…ㅠㅜㅋㅎ\U0001f000-\U0001faff☀-➿\ufe0f]*+)+"
)

SPOKEN_OF: dict[str, tuple[Cue, ...]] = {
    "root_cause": cues(
        (
            3,
            r"\b(?:caused|broke|took down|brought down|knocked out|killed) (?!by\b)",
        ),
        (3, CAUSE_TOLD.pattern),
        (
            3,
            r"\bcaused by\b|\bcause (?:is|was|of|identified|found|confirmed)\b|\bturn(?:s|ed) out\b"
            r"|\bculprit\b|\broot ?cause|\bbecause of\b|\bdue to\b"
            r"|\bthe bug\b|\bresult(?:ed)? (?:of|from|in)\b",
        ),
        (
            3,
            r"(?:로|으로) 인(?:해|한|하여)|때문(?:에|입|이|으로|인)|원인|탓(?:에|입|이|으로)|알고 보니"
            r"|범인|문제였|여파로|발단",
        ),
        (
            2,
            r"\bbecause\b|\bsince (?:the|we|our) |\btriggered by\b|\bintroduced (?:by|in)\b"
            r"|\bwhich (?:is why|caused|broke)\b|\bled to\b|\bstarted (?:right )?after\b",
        ),
        (
            2,
            r"(?:배포|변경|작업|적용|업데이트|교체|수정|점검)\s?(?:이후|후|직후|하면서|하고 나서"
            r"|하다가|과정에서|중에)|잘못\s?(?:설정|적용|들어|배포|지정|입력|삭제)|누락",
        ),
        (
            1.5,
            r"\b(?:expired|typo|misconfigur\w+|bad (?:release|deploy|config|commit)|memory leak"
            r"|disk full|filesystem is full|out of (?:memory|disk|space)"
            r"|oomkilled|wrong (?:namespace|cluster|config\w*|version|file|value|setting)|deadlock"
            r"|race condition|overloaded|exhausted|regression|corrupt\w*)\b",
        ),
        (
            1.5,
            r"만료|오타|설정 오류|설정이 (?:틀|잘못|달)|과부하|고갈|가득 (?:차|찬|찼)|메모리 (?:누수"
            r"|부족)|꼬였|꼬여|충돌|교착|버그|포화|오설정|폭주",
        ),
        (
            2,
            r"\b(?:the|real|actual) (?:problem|issue) (?:is|was)\b|\bso (?:[\w']+ ){1,6}(?:fail\w*"
            r"|down|break\w*|stuck|time out)\b|\bis having (?:issues|trouble|problems)\b",
        ),
        (-3, r"\backnowledg\w+|\bstatus ?page\b|\bannounc\w+|\bdraft\w*|공지|전파"),
    ),
    "contributing": cues(
        (
            3,
            r"\bwithout (?:a |any |prior )?(?:test\w*|approval|review|rollback|backup|canary"
            r"|staging)\b|\b(?:no|missing) (?:alert\w*|monitor\w*|runbook|test\w*|rollback|backup"
            r"|canary|limits?|review)"
            r"|\b(?:never|not|didn't|wasn't|weren't|hadn't) (?:been )?(?:test|review|approv|document"
            r"|monitor|notic)\w*|\bunlike prod\w*|\bdiffers? from prod\w*|\bdifferent (?:from|than"
            r"|to) prod\w*",
        ),
        (
            3,
            r"(?:테스트|검증|승인|검토|리뷰|백업|공유|협의|점검|공지|롤백 계획)\s?(?:도|을|를|이|가|은"
            r"|는)?\s?(?:없이|없었|안\s?(?:하|했|된|됐|돼|거치)|못\s?(?:하|했)|누락|생략|미흡|부족"
            r"|하지 않)",
        ),
        (
            3,
            r"테스트\s?(?:환경|서버|베드)[^.]{0,40}(?:다르|다른|달라|달랐|차이|한 장|하나|없)"
            r"|운영(?:과|이랑|하고|환경과|서버와|망과)\s?(?:\S+\s)?(?:다르|다른|달라|달랐|차이)"
            r"|(?:스테이징|개발)\S*[^.]{0,30}(?:다르|달라|달랐|없)",
        ),
        (
            2.5,
            r"\b(?:alert\w*|alarm\w*|page|notification)\b.{0,30}\b(?:missed|ignored|muted|silenced"
            r"|too late|didn't fire|not fire)|\btest(?:ing)? environment\b|\bonly (?:tested|caught"
            r"|works?)\b|\blatent\b|\bcontribut\w+",
        ),
        (
            2.5,
            r"(?:알람|알림|경보|모니터링)\S*\s?(?:안 울|꺼져|꺼 ?놔|없|늦|놓쳤|못 봤|무시)"
            r"|매뉴얼\S*\s?(?:없|달라|다르|오래)|한 사람만|혼자|동시에 (?:진행|작업|배포)|미해결"
            r"|(?:지난|이전|어제)\S* 장애\S*\s?(?:아직|안|미)|사전\s?(?:테스트|검증)",
        ),
        (
            1,
            r"\bprod(?:uction)? (?:has|uses|runs)\b|\bold version\b|\bsingle point\b"
            r"|\bat the same time\b|\bfor years\b|\balways been\b|단일\s?장애|구버전|임시로",
        ),
        (
            -3,
            r"재발\s?방지|후속|해야|필요(?:합니다|해)|하겠습니다|\bshould\b|\bneed to\b",
        ),
    ),
    "trigger": TRIGGER,
    "decisions": DECISIONS,
    "impact": cues(
        (
            3,
            r"(?:(?<![\d,.])\d[\d,.]{0,15}\s?(?:%|percent|퍼센트|프로)"
            r"|(?<![\d,.])\d[\d,.]{0,15}\s?(?:만|천)?\s?(?:명|건|개 매장)"
            r"|(?<![\d,.])\d[\d,.]{0,15}\s?k?\b)[^.]{0,40}(?:users?|customers?|requests?|사용자|이용자|고객|회원"
            r"|요청|주문|메시지|결제|영향)",
        ),
        (
            3,
            r"(?:users?|customers?|requests?|사용자|이용자|고객|회원|요청|주문|메시지"
            r"|결제)[^.]{0,40}(?:(?<![\d,.])\d[\d,.]{0,15}\s?(?:%|percent|퍼센트|프로)"
            r"|(?<![\d,.])\d[\d,.]{0,15}\s?(?:만|천)?\s?(?:명"
            r"|건))",
        ),
        (
            2.5,
            r"\b(?:user|customer)s?\b.{0,40}\b(?:can't|cannot|unable|fail\w*|see\w*|get\w*|affected"
            r"|impact\w*|error\w*)|\b(?:affect(?:ed|s|ing)|impact(?:ed|ing|s)?)\b"
            r"|\bglobal(?:ly)? (?:outage|down)|\boutage\b",
        ),
        (
            2.5,
            r"(?:사용자|이용자|고객|회원)\S*\s.{0,30}(?:안|못|불가|오류|실패|지연|문의|영향|불편)"
            r"|영향(?:을|이|받|도|권|\s?범위|:)|접속\s?(?:불가|장애|이 안|안)|(?:전송|결제|로그인|주문"
            r"|조회)\S*\s?(?:안\s?[돼됨됩되]|실패|불가|지연|먹통)|먹통|장애\s?시간",
        ),
        (
            1.5,
            r"\b(?:all|every|most|some|half|no) (?:\w+ ){0,2}(?:users?|customers?|requests?|jobs?"
            r"|pods?|regions?|traffic|orders?|payments?|logins?|services?)\b|\b(?:is|are|was|were"
            r"|went) (?:all |completely |totally )?(?:down|unavailable|unreachable|non-responsive)\b"
            r"|\btimeouts?\b|\b5(?:xx|0[0234])\b|\b(?:can't|cannot|unable to)\b|\bfailing\b",
        ),
        (
            1,
            r"오류|에러|지연|실패|끊[겼김어]|느[리려]|중단|전체|\berrors?\b|\bslow\b|\bdegraded\b"
            r"|\bstuck\b",
        ),
    ),
    "detection": cues(
        (
            3,
            r"\b(?:alert(?:s|ed|ing)?|alarm|paged?|pager\w*|monitor(?:ing)?)\b.{0,40}\b(?:fir\w+"
            r"|receiv\w+|trigger\w+|went off|shows?|says?|got|us|me|in|for|from|is)\b"
            r"|\bfirst (?:report|alert|confirmation|observed|noticed|seen)\w*"
            r"|\bgot paged\b|\b(?:got|received|have) (?:an? )?(?:alert|alarm|page)\b",
        ),
        (
            3,
            r"(?:알람|알림|경보|얼럿|모니터링|관제|대시보드|그라파나)\S*\s?.{0,20}(?:왔|들어[오와왔]|울|떴|뜨|발생"
            r"|감지|탐지|확인|수신|잡)|(?:감지|탐지)(?:했|됐|되|됨|하)|문의\S*\s?(?:가|이)?\s?(?:들어"
            r"|인입|늘|폭주|급증|많)|제보|신고\S*\s?(?:가|이)?\s?(?:들어|접수|늘)|고객센터|(?:처음"
            r"|최초)\S*\s?(?:발견|확인|감지|보고|신고|인지)|인지했",
        ),
        (
            2.5,
            r"\b(?:notic\w+|spotted|detected)\b|\breport(?:s|ed|ing)?\b.{0,40}\b(?:error|down|fail"
            r"|issue|outage|slow|problem)\w*|\b(?:any(?:one|body)|someone|are you"
            r"|is anybody) (?:else )?(?:\w+ )?(?:seeing|having|noticing|getting)\b"
            r"|\bis (?:the )?.{1,40} down\b.{0,30}\?|\b(?:i(?:'m| am)|we(?:'re"
            r"| are)) (?:\w+ )?(?:seeing|getting|having)\b|\bkeep getting\b",
        ),
        (
            1.5,
            r"\bappears? to be down\b|\blooks like .{1,40} is down\b|\bseeing\b.{0,40}\b(?:error|fail"
            r"|timeout|issue|5\d\d)\w*|\bcpu\b.{0,20}\d+ ?%|발견|이상\s?(?:징후|한데|합니다)"
            r"|(?:안 되는|안되는) (?:분|곳|것)|저만|혹시 .{0,20}(?:안\s?[되돼])|급증|치솟",
        ),
    ),
    "helped": cues(
        (
            3,
            r"\b(?:fail(?:ed|ing)? ?over|rolled back|reverted|restored|recovered|mitigated|(?:rollback"
            r"|revert|failover|restart|fix|workaround|scal\w+) (?:\w+ )?(?:worked|helped|fixed|did it"
            r"|done|complete\w*|succeeded))\b",
        ),
        (
            3,
            r"(?:절체|페일오버|롤백|원복|복구|정상화|우회|재시작|재기동|차단|증설|교체"
            r"|되돌)\S{0,4}\s?(?:완료|성공|했습니다|했어요|했더니|됐습니다|되었습니다|됐어요|하니|하자"
            r"|후\s?정상|하고\s?정상|함\b|됨\b)|정상\s?(?:확인|응답|으로 돌아|동작|처리|화)|돌아왔"
            r"|살아났|해소|풀렸",
        ),
        (
            2,
            r"\b(?:back (?:up|to normal|online)|is up again|healthy again|(?:is|are) recovering"
            r"|resolved|confirmed .{0,60} (?:recovered|destroyed|working|works|healthy|spawn))\b"
            r"|\b(?:drained|disabled|scaled (?:up|out)|switched (?:to|over)|restarted|freed|cleaned up"
            r"|re-?created)\b|에러율\S*\s?(?:떨어|내려|감소)|오류\S*\s?(?:줄|감소|사라|없어)|낮아졌",
        ),
    ),
    "hindered": cues(
        (
            3,
            r"\b(?:did(?:n't| not)|does(?:n't| not)|no) (?:help|work|effect|fix|change|luck"
            r"|difference)\w*\b|\bmade (?:it|things) worse\b|\bdead[ -]end\b|\bred herring\b"
            r"|\bruled out\b|\bnot the (?:root )?cause\b|\bfalse (?:alarm|lead)\b|\b(?:upgrade"
            r"|rollback|restart|fix|revert|deploy|failover|restore)\b.{0,20}\bfailed\b"
            r"|\bproblem persists\b",
        ),
        (
            3,
            r"(?:재시작|롤백|절체|복구|배포|시도|원복|재기동|페일오버|접속|백업"
            r"|조치)\S*\s?.{0,10}(?:실패|안\s?[돼됨됩됐되]|소용|효과)|소용\s?없|효과\s?(?:가|는)?\s?없"
            r"|변화\s?(?:가|는)?\s?없|그대로(?:입|예|네|임|\s?에러|\s?실패|\s?오류|\s?안)|여전히"
            r"|더 나빠|악화|오탐|헛다리|(?:원인|문제|이유)\S* 아니",
        ),
        (
            2,
            r"\bstill (?:failing|down|broken|seeing|getting|no|not|in progress|slow|stuck)\b"
            r"|\b(?:couldn't|unable to|can't) (?:log ?in|ssh|access|connect|reach|restart|roll|find"
            r"|reproduce|restore|deploy)\b|\bnot convinced\b|\bnot (?:in a )?(?:\w+ )?healthy\b"
            r"|\bno (?:access|permission|runbook|one knows|backup)\b|\bwasn't (?:it|the)\b|\bblocked\b"
            r"|\bconfus\w+\b",
        ),
        (
            2,
            r"못\s?(?:들어|찾|하|했|잡|붙)|권한\S*\s?(?:없|부족)|접속이 안|연락\S*\s?(?:안|두절|못)"
            r"|담당자\S*\s?(?:없|부재|안)|문서\S*\s?(?:없|오래)|테스트\s?환경|재현\S*\s?(?:안|불가|못)"
            r"|실패했|시간이 (?:걸|오래)|늦어|아니었",
        ),
    ),
    "follow_ups": cues(
        (
            4,
            r"\btodo\b|\baction items?\b|\bfollow[- ]?ups?\b|\bai:|\bpost-?mortem (?:action|item|task)"
            r"|후속|재발\s?방지|개선\s?(?:과제|사항|안|책)|액션\s?아이템|할 일",
        ),
        (
            3,
            r"\b(?:we|i|someone|you|they|team|let's) (?:\w+ )?(?:should|need(?:s)? to|ought to"
            r"|must)\b(?! be (?:fine|good|ok|back|fixed|able))|\bshould (?:add|have|also|really"
            r"|probably|at least|never|always|not have|write|document|consider)\b|\blet's (?:add|write"
            r"|make|create|file|document|open|set|schedule|automate)\b|\bneeds? (?:a|an"
            r"|to be) (?:alert|test|runbook|ticket|fix|limit|documented|automated|monitor)\w*",
        ),
        (
            3,
            r"(?:까지|다음\s?(?:주|번)|내일|추후|이후에?|나중에|담당해서|맡아서?)"
            r"[^.]{0,20}(?:하겠습니다|할게요|하기로|예정)|(?:추가|작성|등록|수정|보완|개선|정리|도입|적용|마련|강화|자동화|점검|문서화|구축|확대"
            r"|배포|교체|변경|이관|공유|만들|넣)\S{0,2}\s?(?:해야|하기로|하겠|합시다|하자|할게요"
            r"|할 예정|예정입|필요|드리겠|어야|겠습니다|기로|자\b|읍시다)|해야\s?(?:합니다|할|됩|겠"
            r"|해요|함\b|돼)|(?:이|가|도|을|를)?\s?필요(?:합니다|해 보|할|하다|해요|함\b)",
        ),
        (
            2.5,
            r"\b(?:i'll|i will|we'll|we will|going to|gonna) (?:\w+ )?(?:add|write|file|open|create"
            r"|document|update|set up|fix|automate|schedule|raise|move|change)\b|\b(?:opened|filed"
            r"|created) (?:a |an )?(?:ticket|issue|pr|bug)\b|티켓|이슈\S*\s?(?:만들|생성|등록|발행"
            r"|올리)|\bconsider\b|\bbetter understand\b",
        ),
        (
            1,
            r"\b(?:going forward|next (?:week|sprint|time|month)|in (?:the )?future|long[- ]term"
            r"|tomorrow|afterwards?|by (?:mon|tues|wednes|thurs|fri)day|permanent(?:ly)?)\b"
            r"|다음\s?(?:주|번|스프린트|부터|배포)|앞으로|추후|나중에|내일|까지|이번 주|장기적|항구"
            r"|담당",
        ),
        (
            -3,
            r"(?:확인|재시작|롤백|절체|접속|공유|보고|시도|진행|조사|파악|복구|대응|원복|체크"
            r"|문의)\S?\s?(?:해\s?보)?\s?(?:하겠|할게요|해볼게요|드리겠|부탁)|지금 바로|\b(?:right now"
            r"|immediately|asap)\b|\bshould(?:n't| not)\b|\bneed to (?:jump|go|leave|run)\b|\b(?:we|it"
            r"|that|this|they) should (?:be|see|recover|work|come|now|fix)\b|\bhave to (?:say|go)\b"
            r"|\bgoing to have to\b",
        ),
    ),
    "timeline": cues(
        (
            3,
            r"\b(?:deploy(?:ed|ing)|released|roll(?:ed|ing) (?:back|out)|revert(?:ed|ing)?|fail(?:ed"
            r"|ing)? ?over|restarted|restored|recovered|mitigated|resolved|declared|escalated|paged"
            r"|root cause|confirmed|identified|updated|announced|posted|scaled|switched|merged"
            r"|rebooted|all clear|upgraded)\b",
        ),
        (
            3,
            r"(?:배포|롤백|절체|페일오버|재시작|재기동|원복|복구|정상화|업데이트|시도|작업|점검|차단|우회|교체|적용"
            r"|공지|장애|선언|전파|보고)\S{0,3}\s?(?:시작|완료|종료|했습니다|됐습니다|되었습니다"
            r"|합니다|하겠습니다|함\b|발생|인지|감지|확인|진행|중단)|원인\s?(?:확인|은)"
            r"|알람\S*\s?(?:발생|울|왔|떴)",
        ),
        (
            2,
            r"\b(?:first|started|began|begin|stopped|appears? to be down|down|back up|worked|verified"
            r"|found|tracked|expired|failed)\b|시작|종료|감지|발견|확인됐|확인되었|해소|급증|끊[겼김]",
        ),
        (1, r"(?<!\d)[012]?\d:[0-5]\d(?!\d)|\d{1,2}시(?: ?\d{1,2}분)?|\b\d{1,2} ?(?:am|pm)\b"),
    ),
}
