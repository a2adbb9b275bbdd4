"""What people say of work to be done later: cue phrases and their weights."""

import re

from bot.domain.cue import cues

FOLLOW_UPS = cues(
    (
        4,
        r"\btodo\b(?! (?:list|app))|\baction items?\b|\baction\s?:|\bowner\s?[:=]\s?\w|\bfollow[- ]?ups?\b|\bai:"
        r"|\bpost-?mortem (?:action|item|task)|후속|재발\s?방지|개선\s?(?:과제|사항|안|책)|액션\s?아이템|할 일",
    ),
    (
        3,
        r"\b(?:please|pls) (?:(?:document|automate)\b|add (?!me\b|us\b|<@))|^\W*(?:add|document|automate) (?:an?|the"
        r"|more)\b|\b(?:disabled|turned off|frozen) until (?:it|we|they|there|the)\b|\b(?:write|file|raise|open"
        r"|create) (?:an?|the) (?:\w+ )?(?:ticket|issue)\b|\b(?:check|alert|test|runbook|limit|review|mfa"
        r"|fix)\w*\b[^.?]{0,40}\bneeded[.!]?$|\b(?:we|i|someone|you|they|team|let's) (?:\w+ )?(?:should|need(?:s)? to"
        r"|ought to|must)\b(?! be (?:fine|good|ok|back|fixed|able|home|there|here|done|up|over|in))|\bshould (?:add"
        r"|have|also|really|probably|at least|never|always|not have|write|document|consider)\b|^(?:\+1,? |ok,? |yes,? "
        r"|sure,? )?will (?:file|open"
        r"|raise|write|add|document) |\b\w+ to (?:update|add|write|fix|document) [^.?!]{2,50}? by (?:\w+day|tomorrow"
        r"|eod)\b|\blet'?s never\b|^(?:note to self|next sprint|for later|jira|ticket)\b[^:]{0,20}:"
        r"|\bwould be (?:good|nice|great) to (?:have|add)\b|\b(?:someone|somebody|we|i|you) (?:has|have) to (?:add"
        r"|write|document|fix|clean|update|move|automate|test)\b|\b(?:i'?ll|i will|i can) (?:do|take) (?:both|that|it"
        r"|this|these|the \w+)\b[^.?!]{0,30}"
        r"\bby (?:\w+day|tomorrow|eod|next week)|\bneed one\b|\b(?:filing|filed|opened|opening|raised"
        r"|raising) (?:a ticket|[a-z]{2,10}-\d+)\b|\bremind me (?:to|tomorrow|tmrw)\b|\blet'?s (?:add|write|make"
        r"|create|file|document|open|set|schedule|automate)\b|\bneeds? (?:a|an|to be) (?:alert|test|runbook|ticket"
        r"|fix|limit|documented|automated|monitor)\w*",
    ),
    (
        3,
        r"(?:까지|다음\s?(?:주|번)|내일|추후|이후에?|나중에|담당해서|맡아서?)[^.]{0,20}(?:겠습니다|겠어요"
        r"|[할올릴만들둘볼낼을갈]게요|하기로"
        r"|예정)|(?:추가|작성|등록|수정|보완|개선|정리|도입|적용|마련|강화|조정|이중화|자동화|점검|문서화|구축|확대"
        r"|설정|수립|의무화|배포|교체|변경|이관|공유|만들|넣)\S{0,2}\s?(?:해야|하기로|하겠|합시다|하자|할게요|할 예정"
        r"|예정(?:입|\s*(?:[(.,]|$))|필요|드리겠|어야|겠습니다|기로|자\b|읍시다)|(?:[가-힣]야\s?(?:합니다|해요|함\b|겠)"
        r"|해야\s?(?:할|됩|겠|돼))|(?:할게요|하겠습니다|맡겠습니다)[^.]{0,20}까지|(?:이|가|도|을|를)?\s?필요(?:합니다"
        r"|해 보|할|하다|해요|함\b)|(?:다음|나중|추후)[^.]{0,30}(?:합시다|하죠|하시죠|[가-힣]죠$)"
        r"|티켓\s?\S{0,3}\s?(?:끊|땄|따[겠둘]|팠|올렸|등록|만들|생성|발행)|손 ?[봐보]야|야 할 (?:듯|것 같)",
    ),
    (
        2.5,
        r"\b(?:i'?ll|i will|we'll|we will|will|going to|gonna) (?:\w+ )?(?:add|write|file|open|create|document|update"
        r"|set up|fix|automate|schedule|raise|move|change)\b|\b(?:opened|filed|created) (?:a |an )?(?:ticket|issue|pr"
        r"|bug)\b|티켓|이슈\S*\s?(?:만들|생성|등록|발행|올리)|\bconsider\b|\bbetter understand\b",
    ),
    (
        1,
        r"\b(?:going forward|next (?:week|sprint|time|month)|in (?:the )?future|long[- ]term|tomorrow|afterwards?"
        r"|by (?:mon|tues|wednes|thurs|fri)day|permanent(?:ly)?)\b|다음\s?(?:주|번|스프린트|부터|배포)|앞으로|추후"
        r"|나중에|내일|까지|이번 주|장기적|항구|담당",
    ),
    (
        -3,
        r"(?:확인|재시작|롤백|절체|접속|공유|보고|시도|진행|조사|파악|복구|대응|원복|체크"
        r"|문의)\S?\s?(?:해\s?보)?\s?(?:하겠|할게요|해볼게요|드리겠|부탁)|자리|지금 (?:바로|확인|당장)|\b(?:right now"
        r"|immediately|asap)\b|\bshould(?:n't| not)\b|\bneed to (?:jump|go|leave|run|step|eat|sleep|reboot my)\b"
        r"|\b(?:we|it|that|this|they) should (?:be|see|recover|work|come|now|fix)\b|\bhave to (?:say|go)\b"
        r"|\bgoing to have to\b",
    ),
)

DUTY = re.compile(
    r"\b(?:i'?ll|i will|we'?ll|we will|i'm going to|we're going to|i want)\b"
    r"|\b(?:by|before) (?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sun)(?:day)?|tomorrow|next|(?:the )?end of"
    r"|eo[dw]"
    r"|\d{1,2}(?:st|nd|rd|th)?|sprint)\b|\b(?:this|next) (?:week|sprint|month|quarter)\b|\btomorrow\b|\bfrom now on\b"
    r"|\bsomeday\b|\b(?:needs?|want) (?:a|an|to be)\b|\b(?:pr|fix|patch|release) (?:on )?(?:mon|tues|wednes|thurs"
    r"|fri)day\b"
    r"|\bon me\b|\bmine\b|\((?:me|myself)\b[^()]{0,20}\)|[-–—,] me[.!]?$|\bfor me$"
    r"|겠습니다|[할을낼올릴둘볼걸꿀길킬갈줄들]게요|기로 (?:하|했)|[합읍립줍둡]시다|까지(?:요|는|입니다"
    r"|예요)?[.!]?(?:\)|$)|까지 제가"
    r"|내일|다음 ?주|이번 ?주|오늘 중|오늘부터|앞으로|다음 스프린트|그건 제가|제가 (?:합니다|오늘|맡)|부탁(?:해요"
    r"|드려요|드립니다)?[.!]?$"
    r"|\bon my plate\b|\bi take (?:it|that)\b|\bi do the\b|(?:제가|내가)[.!~]*$"
    r"|[할을낼올릴둘볼걸길킬갈줄들칠쓸뺄]게(?=[.!~ ]|$)"
    r"|(?:제가|내가)[^.?!]{0,14}?(?:함|씀|[할볼올갈낼둘릴]게|까지|[가-힣]립니다)|[해어려] ?주세요[.!]?$"
    r"|해 ?줘요|도 필요|\([가-힣]{2,4}(?:, ?[^()]{1,12})?\)"
)
"""Somebody takes something on, or gives it an owner, a day or a ticket."""
OWNED = re.compile(
    r"\b(?!INC-|SEV-|CVE-|UTC-|UTF-|SHA-|ISO-|MI-)[A-Z]{2,9}-\d{2,6}\b(?!-)"
    r"|\s[-–—] ?(?:[A-Z][a-z]{1,20}|[가-힣]{2,4}(?:님)?)[.!]?$"
)
"""It names a ticket, or ends with the name of whoever has it."""
LEANS = re.compile(
    r"\b(?:it|that|this|those|both|mine|these)\b|^(?:그건|그거|이건|그것)|^.{0,24}$|^.{0,20}(?:까지|이번 ?주"
    r"|다음 ?주|내일).{0,5}$"
)
"""It takes up what was said before it."""
NO_DUTY = re.compile(
    r"\b(?:maybe|perhaps|might|if i|will not|won'?t|was|were|did|had|has been|went|lost|last|sorry|thanks?|thank"
    r"|see you|good ?night"
    r"|brb"
    r"|be (?:right )?(?:back|there|home|late|online)|sleep|bed|coffee|lunch|dinner|breakfast|cake|beers?|drinks?"
    r"|home|monitor"
    r"|keep(?:ing)? (?:an eye|watching|you posted)|watch|let you know|right now|in a (?:sec|minute|bit|moment)"
    r"|in \d+ ?m\w*|status ?page|all[- ]clear|call you|join|(?:check|look|try|see) (?:now|again|it|that|this)\b)\b"
    r"|부터 .{0,40}까지|[았었했됐썼났렸졌겼였](?:다|습니다|어요|음|네요|죠|고요|는데)|퇴근|자러|쉬[겠러]"
    r"|먹[읍고으을]|점심|저녁 먹|쏩|쏠게"
    r"|고생|수고|감사|지금 바로|지켜|모니터링하|(?:확인|체크|공유|보고|안내|전화|공지)\S{0,2}\s?(?:해\s?)?(?:하|드리"
    r"|보)?(?:겠|[할릴볼]게)"
    r"|[^가-힣]보겠|들어가|나가"
)
"""Small talk, what is done at once, and what was."""
