"""What people say of what did not work and of how it was noticed: cue phrases and their weights."""

import re

from bot.domain.cue import cues

_CANNOT = r"can'?t|can ?not|couldn'?t|unable to|(?:are|is)(?:n't| not) able to"
_DO = (
    r"log|sign|pay|check ?out|access|reach|connect|open|load|send|upload|download|see|order|book|print|search|save"
    r"|submit|view|read|post|play|join|call|buy|get (?:in|to|through)|register|use|enter|scan|receive|do anything"
)
_WHO = (
    r"users?|customers?|clients?|people|ppl|folks|every(?:one|body)|tenants?|merchants?|players?|patients?|students?"
    r"|drivers?|guests?|readers?|members?|subscribers?|callers?|passengers?|employees?|shops?|stores?|agents?"
)
_HTTP = (
    r"(?<![\w.,$€₩:#-])5(?:xx|\d\d)s?\b(?!\.?\d|[%,]\d|\s?%| (?!(?:errors?|responses?|pages?|on|from|in|at|to|since"
    r"|when|and|again|everywhere|across|now|all)\b)[a-z가-힣])"
)
"""A status of the server; 500 of something is none."""
_DEAD = (
    r"5\d\d-?ing|erroring|timing out|failing|crash(?:ing|es|ed)?|hanging|hangs|broken|borked|down|dwon|dead|blank"
    r"|unreachable|unavailable|unresponsive|non-responsive|frozen|offline|empty|spinning|stale|halted|not (?:loading"
    r"|working|responding|reachable|available|going|coming|sending|arriving|syncing|processing|showing)"
)
_SERVICE = (
    r"site|app|pages?|checkout|cart|log-?ins?|sign-?ins?|payments?|orders?|search|api|services?|portals?|dashboards?"
    r"|uploads?|downloads?|e?mails?|invoices?|webhooks?|notifications?|push(?:es)?|sms|calls?|printing|reports?"
    r"|images?|photos?|videos?|streams?|sync|queues?|jobs?|deliveries|shipments?|bookings?|tickets?|results|website"
    r"|platform|vpn|wifi|db|database|clusters?|servers?|lines?|belts?|atms?|terminals?|scanners?|printers?|viewer"
)
_AILS = (
    r"errors|(?:an?|generic|internal|the same) error|broken|borked|down|slow|stuck|late|delayed|delays|lost|missing"
    r"|timeouts?|time(?:s|d)? out|timing out"
    rf"|{_HTTP}"
    r"|spin\w*|blank|empty|stale|crash\w*|hangs?|hanging|fr[eo]ez\w*|frozen|wrong|unavailable|unreachable|offline"
    r"|halted|stopped|bounc\w+|duplicate\w*|disconnect\w*|lagging|nothing|degraded|failed|fails?|failing|growing"
    r"|inaccessible|silent|out of service|went out|drops?|rejected|declined|piling up"
)
_KOREAN_SERVICE = (
    r"결제|로그인|로긴|접속|주문|이체|송금|조회|검색|화면|페이지|앱|사이트|메신저|메일|문자|알림|푸시|업로드|다운로드"
    r"|이미지|사진|예약|배송|배차|발권|진료|처방|저장|시험|강의|방송|영상|전화|통화|인증|가입|쿠폰|출금|입금|서비스"
    r"|api|포스|목록|생산|컨베이어|라인|발급|등록|전송|발송|회선|지도|서버|응답|카드|장바구니|환불|출력|로딩|버튼"
    r"|채팅|게임"
)
_KOREAN_AILS = (
    r"안\s?(?:돼|되|됨|됩|된|뜨|떠|뜹|떴|뜸|뜬|열|나와|나옵|나온|나옴|보[이여]|들어|켜|눌|가[요집]|감\b|옴\b|와요|옵"
    r"|나가|돌)|못\s?(?:하|해|합|했|한|쓰|써|씁|봐|보|봅|받|들어|열|들)|불가|먹통|하얗|멈[췄춤춰추]|튕|[죽쥭](?:어|었"
    r"|는|음|습)|뻗|느[려리립림린]|끊[겼겨김깁긴기]|지연|밀[려리립림린]|실패|중복|유실|사라[졌집]|에러|오류"
    r"|깨[져지집]|무한|거절|\d초 ?\S{0,3} ?걸|너무 오래|한 건도 안|5\d\d ?(?:[이가] )?(?:뜹|뜨|떠|뜬|나)|안 ?올라"
    r"|안 ?내려[왔와]|응답\s?없|타임아웃|다운"
)
_SMALL_TALK = r"\b(?:coffee|lunch|dinner|breakfast|pizza|beers?)\b|때문에 늦|점심|저녁 먹|커피|퇴근|출근"
_BESIDES = (
    r"\b(?:acknowledg\w+|announc\w+|status ?page|comms|postmortem|sorry|kids?|unread|weekend|interns?|holidays?"
    r"|out of (?:the )?office|on staging|staging only|(?:this|the) (?:channel|thread|bridge|meeting)|(?:is"
    r"|that's) (?:known|expected)|my (?:slack|browser|machine|screen|headset|phone|laptop|mic|camera|wifi|zoom|audio"
    r"|brain|day|car|train|calendar|battery))\b|%\s?battery|멘탈|배터리$|휴가"
)
_REMEDY = (
    r"\b(?:roll\w* ?back|rollback|revert\w*|restarted|restarting|reboot\w*|fail(?:ed|ing)? ?over|failover|flush\w*"
    r"|bump\w*|drain\w*|hotfix\w*|patch\w*|scal(?:ed|ing)|upscal\w*|purg\w+|raised|increased|redeploy\w*|workaround"
    r"|the fix)\b|^(?:i |we )?tried\b|롤백|재시작|재기동|원복|절체|핫픽스|되돌[리렸려]|비워\s?[봤도]|비웠|늘[렸려]"
    r"|올[렸려]|내렸"
)
_SUPPOSED = (
    r"\bneed to\b|\bmust (?:be|come)\b|기로 (?:했|함|하)|^if\b|\bif (?:we|it|that|this) |\b(?:would|might|should|will"
    r"|won't) (?:be|get|see|have|still|take|bring|cause|go)\b|^(?:will|might|should)\b|\b(?:i|we)(?:'ll|'d| will) "
    r"|\b(?:let'?s|going to|gonna|about to|hope\w*|make sure|verify|in case)\b|^(?:check|test|try)\b"
    r"|(?<!정리)(?<!요약)[되하가이으]면(?:\s|$)|수\s?(?:있|도\b)|예정|겠|[할될볼릴]게요|려고"
)
_UNHARMED = (
    r"\bno (?:\w+ )?(?:impact|data ?loss|loss|customers?|users?|one) (?:\w+ )?(?:affected|impacted|so far)\b"
    r"|\bno impact\b|\bno data ?loss\b|\bno (?:more|longer any) |\b(?:not|un)\s?affected\b|(?:영향|유실|이상|피해"
    r"|유출|문제)\S*\s?없|(?:손실|장애)\S* 없"
)
_OVER = (
    r"^(?!.{0,200}\bfor (?:about |around |~)?\d)(?=.{0,200}(?:\b(?:fine|ok|okay|healthy|normal|stable|green|recovered"
    r"|resolved|restored|(?:is|are|it's|came|come|coming|all|went) (?:back|up)|back (?:up|to|online|at)"
    r"|\w{2} back[.!]?$|(?:work\w*|up"
    r"|live|fast) again|works now|clim\w+|falling|dropping|easing)\b|\b(?:errors?|alerts?|disconnects|timeouts|latency"
    r"|cpu|load|lag"
    r"|spikes?|complaints|rate|5\d\ds|5xx) (?:\w+ ){0,2}(?:down|stopped|gone|dropped|cleared)\b|정상|복구|(?:율|지연"
    r"|시간|부하|cpu)\S* .{0,12}?(?:내려[갔감]|떨어[졌짐]|줄었|감소)|해소|해결|돌아왔|살아[났남]|잘 (?:됩|돼|되)"
    r"|(?:이제|다시) (?:됩|돼)|(?:에러|오류|알람|지연|타임아웃)\S*\s?사라|\d online\b"
    r"|\b(?:queues?|backlog|lag) (?:is |now |all )*(?:empty|0|zero|drained|clear)\b))"
)
_COUNTED = (
    r"(?<![\w.,:/-])~?[1-9][\d,.]{0,15}(?:k|m)? (?:of (?:the |our )?)?(?:[a-z-]{2,20} ){0,2}?(?:users?|customers?"
    r"|clients?|people|accounts?|tenants?|players?|merchants?|visitors?|patients?|orders?|charges|payments?|log-?ins"
    r"|requests?|calls|tickets|postings|uploads|downloads|notifications|e?mails|messages|invoices|sessions|bookings"
    r"|shipments|deliveries|transactions|approvals|refunds|records|documents|jobs)\b"
    r"|(?<![\w.,:/-])~?[1-9][\d.]{0,5} ?% of \w"
)
_HARMED = (
    r"\b(?:fail(?:ed|ing|s)?|lost|late|delayed|duplicated?|twice|wrong|missing|missed|exposed|leaked|shown to"
    r"|visible to|(?:over|double|mis)?charged|(?:logged|kicked|locked|thr[eo]wn?) (?:\S+ ){0,3}?out|affected|impacted"
    r"|down|waited|stuck|rejected|declined|dropped|unable|could(?:n'?t| not)|cannot|can'?t|not (?:delivered|sent"
    r"|processed|saved|received)|never (?:arrived|delivered|sent)|unavailable|errors?|stale|slow|offline"
    r"|disconnected)\b"
)
_KOREAN_COUNTED = r"[1-9][\d,.]*\s?[만천억]?\s?(?:[1-9]\d*천 ?)?(?:명|건|곳|개|원|장)(?!\d)"
_KOREAN_HARMED = (
    r"(?:실패|지연|불가|중복|유실|미도착|노출|늦|누락|유출|무단|풀림|끊[겼김긴]|손실|불편|중단|오발송|오류|못 "
    r"|안 (?:보|됨|돼|됐|열)|느림|느려)(?![^\s,.]{0,4} ?(?:0|없|아니|아님))"
)
_RANGE = (
    r"(?:\d:\d\d(?: ?[ap]m)?(?:ish)?|\d ?[ap]m) ?(?:[-–~]|to|until|till) ?~?(?:[a-z]{3} )?\d|부터 .{0,20}?까지"
    r"|\bfor (?:about |around |~)?\d+ ?(?:min|hour|h\b)|\d ?분(?:간|동안)"
)
MEASURED = re.compile(
    rf"^(?=.{{0,300}}?(?:{_HARMED}))(?=.{{0,300}}?(?:{_COUNTED}|{_RANGE}))"
    rf"|^(?=.{{0,300}}?(?:{_KOREAN_HARMED}))(?=.{{0,300}}?(?:{_KOREAN_COUNTED}|{_RANGE}))"
)
"""Harm with a figure beside it: how many it met, how much it cost, or from when to when."""
_MADE_GOOD = (
    r"^(?:i |we |all |the )?(?:re-?(?:ran|running|run|played|playing|sent|sending|tried|queued|processed|stored"
    r"|funded)|retr\w+|refund\w*|cancel\w*|blocked|purged|drained)\b|\b(?:errors?|latency|lag|5xx|failures|failed|p9\d"
    r"|delays?|queue)\b.{0,20}\b(?:down|back|dropped|fell) to\b|\btomorrow\b|내일|재(?:발송|처리|실행|발급)|취소 완료"
    r"|회수|환불|으?로 (?:줄|감소|내려|떨어)"
)
NO_HARM = re.compile(
    r"\b(?:no|0|zero|without) (?:[a-z]+ )?(?:failed|failures?|errors?|lost|loss(?:es)?|timeouts?|dropped|drops|double"
    r"|duplicates?)\b|\b(?:nothing|none|not one) (?:is |was |were |got )?(?:lost|failed|missing|broken|dropped)\b"
    r"|(?:실패|오류|에러|유실|중복)\S{0,8}(?: \S{1,4})? ?(?:없[었이음습]|(?<![\d,.])0 ?(?:건|%)?(?![\d.]))"
)
"""Harm that is denied: the rest of the sentence is weighed without it."""
UNREAL = re.compile("|".join((_SMALL_TALK, _BESIDES, _SUPPOSED, _MADE_GOOD)))
"""Small talk, an announcement, only supposed or being made good: no figure makes that a harm."""
OF_NO_USERS = re.compile(
    r"\bnot (?:\w+ )?(?:real|legit\w*|normal|human|genuine) (?:traffic|users?|requests?|customers?|logins?)\b"
    r"|(?:정상|실제|진짜) (?:트래픽|요청|사용자|이용자|고객|접속)\S* ?아[니닙님]"
)
"""The figures of such a message are of an attack, and of no user."""
SMALL_TALK = re.compile(_SMALL_TALK)
"""Of the speaker's own day."""
OVER = re.compile(_OVER)
"""It works again, or less of it is wrong."""
NOT_FELT = re.compile("|".join((_SMALL_TALK, _BESIDES, _REMEDY, _SUPPOSED, _UNHARMED, _OVER)))
"""Who speaks so tells no harm that was felt: it is small talk, an announcement, a remedy, supposed, denied or over."""

IMPACT = cues(
    (3, MEASURED.pattern),
    (
        3,
        r"^(?:so |ok )?(?:(?:user|customer|total|final) )?(?:impact|damage)(?: [\w' ]{1,25})?\s?[:=] ?\S|^(?:고객 "
        r"|사용자 )?(?:영향|피해)(?: ?\S{1,6})?(?: ?:|하면) ?\S",
    ),
    (1, r"^(?:numbers|summary|totals?|정리|집계|요약)\s?: \S"),
    (
        3,
        r"(?:(?<![\d,.])\d[\d,.]{0,15}\s?(?:%|percent|퍼센트|프로)|(?<![\d,.])\d[\d,.]{0,15}\s?(?:만|천)?\s?(?:명|건"
        r"|개 매장)|(?<![\d,.])\d[\d,.]{0,15}\s?k?\b)[^.]{0,40}(?:users?|customers?|requests?|사용자|이용자|고객|회원"
        r"|요청|주문|메시지|결제|영향)",
    ),
    (
        3,
        r"(?:users?|customers?|requests?|사용자|이용자|고객|회원|요청|주문|메시지"
        r"|결제)[^.]{0,40}(?:(?<![\d,.])\d[\d,.]{0,15}\s?(?:%|percent|퍼센트|프로)|(?<![\d,.])\d[\d,.]{0,15}\s?(?:만"
        r"|천)?\s?(?:명|건))",
    ),
    (
        2.5,
        r"\b(?:user|customer)s?\b.{0,40}\b(?:can't|cannot|unable|fail\w*|see\w*|get\w*|affected|impact\w*|error\w*)"
        r"|\b(?:affect(?:ed|s|ing)|impact(?:ed|ing|s)?)\b|\bglobal(?:ly)? (?:outage|down)|\boutage\b",
    ),
    (
        2.5,
        r"(?:사용자|이용자|고객|회원)\S*\s.{0,30}(?:안|못|불가|오류|실패|지연|문의|영향|불편)|영향(?:을|이|받|도|권"
        r"|\s?범위|:)|접속\s?(?:불가|장애|이 안|안)|(?:전송|결제|로그인|주문|조회)\S*\s?(?:안\s?[돼됨됩되]|실패|불가"
        r"|지연|먹통)|먹통|장애\s?시간",
    ),
    (
        1.5,
        r"\b(?:all|every|most|some|half|no) (?:\w+ ){0,2}(?:users?|customers?|requests?|jobs?|pods?|regions?|traffic"
        r"|orders?|payments?|logins?|services?)\b|\b(?:is|are|was|were|went) (?:all |completely |totally )?(?:down"
        r"|unavailable|unreachable|non-responsive)\b|\btimeouts?\b"
        rf"|{_HTTP}"
        r"|\b(?:can't|cannot|unable to)\b(?! (?:be|repro\w*|find|tell|say|explain|confirm)\b)|\bfailing\b",
    ),
    (
        1,
        r"오류|에러|지연|실패|끊[겼김어]|느[리려]|중단|전체|\berrors?\b|\bslow\b|\bdegraded\b|\bstuck\b",
    ),
    (
        2.5,
        rf"\b(?:{_WHO})\b.{{0,40}}?\b(?:{_CANNOT}|lost|stuck|(?:locked|logged|kicked) out|disconnect\w*|complain\w*"
        r"|(?:see|sees|seeing|get|gets|getting) (?:an? |the |random )?(?:\w+ )?(?:errors?|[45]\d\ds?|blank|empty"
        r"|nothing|spinners?|charged|timeouts?|disconnected))"
        rf"|\b(?:nobody|no ?one|none of (?:the|our|us)|noone)\b.{{0,30}}?\bcan (?:{_DO})\b",
    ),
    (
        2.5,
        rf"\b(?:is|are|was|were|went|keeps?|started|'s) (?:all |completely |totally |still |now |also "
        rf"|just )?(?:{_DEAD})\b|^(?!(?:i|im|i'm|who|what|if|so|then|we|take|taking|took|bring|shut\w*|scal\w+|calm"
        rf"|slow)\b)(?:[\w./'-]+ ){{1,3}}(?<!shut )(?<!scaled )(?<!going )(?:{_DEAD})\b(?! (?:is|was|will|would) )",
    ),
    (
        2.5,
        r"(?<!\bi )(?<!\bwe )\b(?:do(?:es)?n'?t|(?:is|are)n'?t|(?:is|are|does|do) not|no longer|stopped|never"
        r"|won'?t) (?:\w+ ){0,2}?(?:work|load|respond|open|send|go out|go through|going|arriv|sync|deliver|display"
        r"|render|process|start|show|updat|print|play|connect|sav|scann|charg|com(?:e|ing) (?:in|through))\w*",
    ),
    (
        2.5,
        r"(?<![\d,.])\d[\d,.]{0,15}k? (?:\w+ ){1,2}(?:late|stuck|lost|missing|affected|delayed|offline|down|failed"
        r"|unreachable|disconnected|out of sync|got no)\b|\b(?:we|have) lost (?:about |around |~)?\d"
        r"|(?<![\d,.])\d[\d,]{0,12} of (?:the |our )?\d[\d,]{0,12}\b|\b(?:zero|0|no) (?:orders|traffic|payments"
        r"|sign-?ups|logins|messages)\b(?! (?:were|was|are|is) (?:lost|affected))|\bno data\b(?! ?loss)|\b(?:takes"
        r"|taking) (?:forever|ages|\d)|\bnot (?:being )?(?:delivered|sent|received|processed|saved|updated|synced"
        r"|shown|charged)\b|\bno (?:\w+ )?\w+ since\b|\b\w+ed twice\b|\bcharged twice\b|\bdouble[- ]charged\b"
        r"|\b(?:tickets|calls|complaints|reports|mails) (?:about|of|that|saying)\b",
    ),
    (2, rf"\b(?:{_SERVICE})\b[^.?!]{{0,40}}?\b(?:{_AILS})\b|\bdrop(?:ped|s)? to \d"),
    (1.5, rf"\b(?:cant|every) |\b(?:p9\d|latency|response times?|lag|delays?)\b.{{0,20}}?\d|\b(?:{_AILS})\b"),
    (2.5, rf"(?:{_KOREAN_SERVICE})[^.?!]{{0,20}}?(?:{_KOREAN_AILS})"),
    (2.5, rf"(?:전원|전부|전체|모두|아무도|다들|\d\s?(?:%|명|건|대|개))[^.?!]{{0,12}}?(?:{_KOREAN_AILS}|5xx|손실)"),
    (1.5, _KOREAN_AILS),
)
DETECTION = cues(
    (
        3,
        r"\b(?:alert(?:s|ed|ing)?|alarm|paged?|pager\w*|monitor(?:ing)?)\b.{0,40}\b(?:fir\w+|receiv\w+|trigger\w+"
        r"|went off|shows?|says?|got|us|me|in|for|from|is)\b|\bfirst (?:report|alert|confirmation|observed|noticed"
        r"|seen)\w*|\bgot paged\b|\b(?:got|received|have) (?:an? )?(?:alert|alarm|page)\b",
    ),
    (
        3,
        r"(?:알람|알림|경보|얼럿|모니터링|관제|대시보드|그라파나)\S*\s?.{0,20}(?:왔|들어[오와왔]|울|떴|뜨|발생|감지"
        r"|탐지|확인|수신|잡)|(?:감지|탐지)(?:했|됐|되|됨|하)|문의\S*\s?(?:가|이)?\s?(?:들어|인입|늘|폭주|급증|많)"
        r"|제보|신고\S*\s?(?:가|이)?\s?(?:들어|접수|늘)|고객센터|(?:처음|최초)\S*\s?(?:발견|확인|감지|보고|신고|인지)"
        r"|인지했",
    ),
    (
        2.5,
        r"\b(?:notic\w+|spotted|detected)\b|\breport(?:s|ed|ing)?\b.{0,40}\b(?:error|down|fail|issue|outage|slow"
        r"|problem)\w*|\b(?:any(?:one|body)|someone|are you|is anybody) (?:else )?(?:\w+ )?(?:seeing|having|noticing"
        r"|getting)\b|\bis (?:the )?.{1,40} down\b.{0,30}\?|\b(?:i(?:'m| am)|we(?:'re| are)) (?:\w+ )?(?:seeing"
        r"|getting|having)\b|\bkeep getting\b",
    ),
    (
        1.5,
        r"\bappears? to be down\b|\blooks like .{1,40} is down\b|\bseeing\b.{0,40}\b(?:error|fail|timeout|issue"
        r"|5\d\d)\w*|\bcpu\b.{0,20}\d+ ?%|발견|이상\s?(?:징후|한데|합니다)|(?:안 되는|안되는) (?:분|곳|것)|저만"
        r"|혹시 .{0,20}(?:안\s?[되돼])|급증|치솟",
    ),
)
