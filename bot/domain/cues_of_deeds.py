"""What people say of what they did before it broke, and of what they decided: cue phrases and their weights."""

from bot.domain.cue import cues

TRIGGER = cues(
    (
        3,
        r"\b(?:deployed|deploying|released|rolled out|merged|pushed|upgraded|applied|migrated|bumped|switched on"
        r"|bump time|went live|shipped)\b|\b(?:deploy|release|upgrade|migration|rollout)\b.{0,20}\b(?:at|started"
        r"|finished|complete\w*|done|went)\b|\b(?:started|begins?|began) (?:right )?after\b|\btriggered by\b",
    ),
    (
        3,
        r"(?:배포|변경|작업|적용|업데이트|업그레이드|교체|이관|점검|반영|머지|릴리스)\S{0,3}\s?(?:했|시작|완료|진행|나갔|됐|되었|들어갔)"
        r"|(?:배포|변경|작업|적용|업데이트|교체)\s?(?:직후|이후|후)\s?(?:부터|에)?|만료(?:됐|되었|된)",
    ),
    (2, r"\bexpired\b|\bsince (?:the|this|our) (?:deploy|release|update|change)\w*|\bran out\b|\bfilled up\b"),
    (1, r"(?<!\d)[012]?\d:[0-5]\d(?!\d)|\d{1,2}시(?: ?\d{1,2}분)?|\bnew\b|\btoday\b|새|오늘|방금"),
    (
        -4,
        r"\b(?:revert\w*|roll(?:ed|ing)? ?back|rollback|restore\w*|recover\w*|fix(?:ed|ing)?|hotfix|will|should"
        r"|let's|going to|renew\w*|status|announce\w*|postmortem)\b"
        r"|롤백|원복|복구|정상|하겠|할게요|예정|해야|공지|절체",
    ),
)
DECISIONS = cues(
    (
        3,
        r"\b(?:we(?:'ve| have)? (?:decided|agreed)|decided to|decision[: ]|agreed to"
        r"|we(?:'re| are) going (?:to|with)|going ahead with"
        r"|let's (?:roll|revert|fail|restart|switch|stop|keep|wait|leave|go|do"
        r"|freeze|drain|disable)"
        r"|appoint\w*|takes? over as|(?:is|as) incident commander|call it off|approved)\b",
    ),
    (
        3,
        r"결정(?:했|하|됐|되|입)|하기로\s?(?:했|하|함|결)|(?:롤백|절체|원복|중단|차단|재시작|우회|보류|진행)\S{0,2}\s?"
        r"(?:합시다|하시죠|하자|갑시다|가시죠|하겠습니다|진행합니다)|승인(?:합니다|했|됐)|지휘(?:를|는)?\s?(?:맡|제가)",
    ),
    (2, r"\b(?:rolling back|reverting|failing over|we(?:'ll| will) (?:roll|revert|fail|stop|keep|wait|leave))\b"),
    (-4, r"\bshould\b|\bnext (?:week|sprint|time)\b|\bfollow[- ]?up|\btodo\b|다음|나중|추후|재발|까지"),
)
