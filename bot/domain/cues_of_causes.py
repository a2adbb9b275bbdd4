"""What people say of causes: outright, in passing, sought, denied, of another incident; the cues' weights."""

import re

from bot.domain.cue import cues

_PART = (
    r"deploy\w*|build|release|rollout|upgrade|patch|config\w*|flag|migration|cache|redis|db|database|dns|network"
    r"|proxy|certs?|lb|balancer|firewall|disk|memory|heap|gc|leak|pool|locks?|quer(?:y|ies)|index|cron|jobs?|queue"
    r"|kafka|limit(?:er|s)?|tokens?|keys?|vpn|mtu|kernel|switch|router|nic|neighbou?r|hypervisor|nodes?|autoscal\w*"
    r"|cdn|threads?|timeouts?|bug|race|ntp|clock|quota|secrets?|storage|san|nfs|raid|fan|sensor|cable|provider"
    r"|upstream|isp|carrier|circuit|vendor|traffic|ddos|waf"
)
EXPLICIT_CAUSE = re.compile(
    r"\b(?:root |the |main |underlying |real |actual ){1,5}(?:cause|culprit)(?: of [\w\s-]{1,60})?(?:\s(?:is"
    r"|was)\b(?! (?:that we|still|un|not|being))|\s*:|\s(?:identified|found|confirmed|detected)\b)"
    r"|\broot ?cause(?:\s?[:=-]|d to| (?:identified|found|confirmed|detected|is|was)\b)"
    r"|\bconfirmed?\b.{0,40}\b(?:cause|culprit)|\bconfirmed (?:that )?.{0,80}\bcaused\b"
    r"|원인은(?!요\?).{2,200}?(?:입니다|이었습니다|였습니다|이다|였다|이었다|이에요|예요|임\b|였음|이었음|확인|판명"
    r"|밝혀|맞습니다|맞아요|때문)|^(?:the )?(?:cause|culprit)(?: was| is)?\s?[:=]\s?\S|[.!;] (?:cause"
    r"|culprit)\s?[:=]\s?\S|^(?!(?:it|this|that|nobody|they|we|i|he|she|you)\b).{3,60}\b(?:is|was|are"
    r"|were) because (?:of )?\w|(?:[이가]|인 것이) 원인\s?(?:$|[.!])|(?:원인|범인)\s?(?:확정|규명|판명)\s?[:=]\s?\S"
    r"|(?:원인|범인)\s?[:=]\s?\S|(?:원인|범인)(?:을)? (?:찾았|확인(?:했|됐|되었|됨|완료))|(?:이|가|게) (?:직접적인 "
    r"|근본 )?원인(?:이었|입니다|이에요|으로 (?:확인|판명|밝혀)|임\b)|(?:로|으로) 인한 (?:것으로 )?(?:확인|판명)"
    r"|때문(?:이었|입니다|이에요|이네요|임\b)|(?:^|[\w가-힣)\]'] )(?<!what )(?<!who )(?<!which )(?:has "
    r"|have )?caused (?!by\b)\w|^(?:(?:ok|okay|yep|yes|yeah|so|ah|well|right|and)[,.]? )*it was (?:the|our|a bad"
    r"|a wrong|a missing|a stale) (?!(?:right|best|worst|first|last|only|same|customer|call|whole|night|day"
    r"|weekend)\b)\w|\bso (?:it was )?(?:the |our )?[\w./-]{1,30} (?:[\w./-]{1,30} ){0,3}it (?:was|is)\b(?! (?:not"
    r"|still))|\bturn(?:s|ed) out (?:that )?(?!(?:i|you)\b)(?=[^.?!]{0,80}\b(?:was|were|had|has|never|forgot|missing"
    r"|wrong|full|stale|bad|expired|ran|lost|dropped|deleted|removed|changed|rotated|reset|disabled"
    r"|twice)\b)(?![^.?!]{0,60}\b(?:fine|ok|not)\b)|^(?:ok |yep |so )?rca?\s?[:=]\s?(?!tbd|unknown|none)\S|\b(?:was"
    r"|were|is|are|been) (?:all )?caused by (?!what\b|the same\b)\w|^caused by (?!what\b)\w|\bthe (?:actual |real "
    r"|main |whole |underlying )?(?:problem|issue|reason|trigger|fault) (?:here )?(?:was|is"
    r"|turned out to be) (?:that (?!we (?:don't|can't|do not))|the |an? |our |just )|\bthe (?:actual|real"
    r"|underlying) reason (?:was|is) (?!not\b|still\b|un)\w|\b(?:found (?:it|the (?:bug|problem|issue|cause|culprit))"
    r"|mystery solved|nailed it|figured it out|got it)(?:\s?[:–—]\s?|\s-+\s?|, (?=(?:the|our|a|an|someone"
    r"|we)\b))(?!thanks|thx|link|in the)\w|\b(?:happened|broke|broken|failed|died|crashed|went down|fell over"
    r"|blew up)\b[^.?!]{0,30}?\b(?:because|bc|cuz|coz)\b|^(?:it |this |that )?broke when (?:i|we|someone|he|she"
    r"|they)\b|\bfigured out (?:why|what)\b[^:]{0,20}:|\bthe bug (?:is|was) in\b|, (?:that|which) (?:broke|killed"
    r"|took down|was (?:the reason|why))\b|인한 (?:장애|것|문제)\S* (?:확인|판명)|\bthat (?:explains (?:it|everything"
    r"|all)|is what (?:killed|broke|caused|did))\b|\btraced (?:it|this|that) (?:back )?to\b|^(?:it"
    r"|that) was [^.?!]{3,40} all along\b|\b(?:guilty party|offender) (?:is|was)\b"
    r"|^(?!.{0,120}\b(?:refund|restor|recover|resolv|credit|fix)).{3,120}, (?:vendor|provider|upstream) confirm(?:s"
    r"|ed)\b"
    r"|\bmy (?:commit|change|deploy|script|fault) (?:did|broke|caused)\b"
    r"|, confirmed with\b|\b(?:comes|came|boils|boiled) down to\b|^blame (?:the|our) [^.?!,]{2,30}, it\b|\b(?:outage"
    r"|errors?|problem|issue|spikes?|latency|failures?|timeouts?|incident)\b[^.?!]{0,20}?\b(?:came|comes|stem\w*"
    r"|originat\w+) from\b|\bconfirmed[,:;] (?:the|a|an|our) [^.?!]{0,60}?\b(?:dropped|deleted|removed|reset|overw\w+"
    r"|wiped|disabled|locked|blocked|leaked|exhausted|starved|expired)\b|(?:[이가게건]|것이|거) ?(?:문제|화근|범인"
    r"|이유|원인)(?:였(?!으|다면|더라)|이었(?!으|다면|더라)|이네|네[요\s.!]|네$|임\b|인 ?[게거]|이에요|예요|입니다"
    r"|이죠)|[가-힣\w)] ?[이가게] 원인\s?(?:$|[.!])|(?:범인|원인)은 .{2,40}?(?:였|이었|네요|입니다|이에요|예요|임$"
    r"|음$)|(?:누수|부족|고갈|만료|오타|버그|과부하|초과|누락|충돌)(?:였|이었)(?:네|습|어|음|던)"
    r"|근본 원인은 [^.?!]{3,50}(?<![요까죠지])$|(?:원인|범인|이유)(?:을|를)? ?(?:찾았|찾음|알아냈|잡았|나왔)"
    r"|(?:(?<!그래)(?<!따라)(?<!에)서|때문에|바람에|탓에|느라) ?(?:생겼|생긴 |발생(?:했|한 )|그렇게 된|이렇게 된|터졌"
    r"|터진 |일어났|일어난 |난 ?(?:거|것|장애|문제))|(?:탓|때문)(?:이었|이네|이에요|입니다|이죠|임\b|인 거였)"
    r"|탓이[었었]|(?:알고 ?보니|결국)\S* .{0,40}?(?:두 번|중복|누락|잘못|빠[져졌지진]|꺼[져졌]|만료|가득|꽉|풀이|고갈"
    r"|오타|막[혀혔]|깨[져졌]|틀[렸린]|버그|초과|부족|꼬[여였]|안 ?[돌걸켜껐먹])|\b(?:deploy|push|change|config"
    r"|release|update|upgrade|migration|commit|merge|rollout|patch|job|script|query|restart|failover|cert|certificate"
    r"|bug|setting|flag)\w*\b[^.?!;,]{0,60}?\s(?:broke|took down|brought down|took out|knocked (?:out|over)|killed"
    r"|crashed|took \S+ (?:down|offline))\b"
    rf"|^(?:(?:ok|so|ah|yep|yeah)[,.]? )*it was (?:{_PART})(?:[.,!]|$)"
    r"|^reason\s?: \S|\b(?:that's|thats|this is) the (?:root cause|cause|culprit|problem)(?:[.!]|$)|\b(?:happy|fine"
    r"|good|agreed?|ok) (?:with|on) (?:that|this|it) (?:as|being) (?:the |our )?(?:root )?cause\b|원인 ?맞[네습아]"
    r"|원인(?:으로|이라고) (?:확정(?:하[죠겠시]|합|했|됐|됨|입|할게|지)|결론|봐도 [되돼됩]|보면 [되돼됩]|적[고죠])"
    r"|[가-힣] ?[이가게] (?:근본|직접|진짜) 원인\s?(?:$|[.!])|(?:(?<!그래)서|때문에) [^.?!]{0,20}?(?:거였|것이었|거네"
    r"|거군|겁니다)"
)
CAUSE_POINTED = re.compile(
    r"^(?:(?:yes|yeah|yep|so|and|ok|exactly|right|agreed)[,.]? )*(?:that|this|it)(?:'?s| is| was) (?:the "
    r"|our )?(?:root |main |real |actual |whole )?(?:cause|culprit|problem|reason|issue)\b[^a-z]*$|\b(?:with"
    r"|on) (?:that|this|it) (?:as|being) (?:the |our )?(?:root )?cause\b|^(?:네,? |맞아요,? )?(?:그게|이게|그것이"
    r"|이것이|그거[가네]?|이거[가네]?) ?(?:근본 |직접 |진짜 )?(?:원인|문제|이유|범인)\S*$"
)
"""A cause that is pointed at and not named: what was said just before is meant."""
CAUSE_TOLD = re.compile(
    r"\b(?:certs?|certificates?|licen[cs]e|domain|(?:signing |api |service )(?:key|password)) (?:has |had "
    r"|have )?expired\b|^found\s?: (?!(?:my|our|the link|link|it)\b)\w[^?]{8}|\b(?:keys?|certs?|certificates?|tokens?"
    r"|secrets?|credentials?|accounts?|permissions?|roles?|records?|entry|entries|index|indexes|rules?|routes?|zones?"
    r"|buckets?|domains?|licen[cs]es?|tables?|columns?|volumes?) (?:was|were|got|had|had been"
    r"|has been) (?:accidentally |wrongly |never |silently |just )?(?:revoked|deleted|wiped|overwritten|expired"
    r"|truncated|dropped)\b(?![^.?!]{0,80}\b(?:gone|fixed|ok|okay|fine|back|again|works?|recovered|restored|recreated"
    r"|to (?:free|fix|clear|reset|save)|clean\w*|test\w*)\b)|\b(?:is|are|was|were) (?:full|down|stuck|dead|slow|broken"
    r"|failing|empty|stale|locked|blocked|missing|gone|behind) (?:bc|because|cuz|coz) (?!(?:they|users?|customers?"
    r"|nobody) |(?:i|we|you) (?:restart|roll|stop|shut|took|kill|drain))|\b(?:still |only )?(?:has|have|had|points?"
    r"|pointing|pointed|uses?|using|used) (?:to |at )?the (?:old|wrong|previous|stale) (?:name|path|host|ip|address"
    r"|url|endpoint|port|key|cert|secret|config|bucket|cluster|db|version|release|link)\b(?![^.?!]{0,60}\b(?:fine|ok"
    r"|again|now fixed|gone|for now)\b)|(?:넣|켜|끄|올리|지우|바꾸|갱신하|추가하|설정하|적용하|배포하|빼|옮기|늘리"
    r"|등록하|돌리)는 ?(?:걸|것을|거) ?(?:깜[빡박]|까먹|잊었|잊어|빠뜨|빼먹)|(?:올라가|바뀌|옮기|이전하|올리"
    r"|업그레이드하|교체하|배포하|적용하|수정하|변경하|감싸)면서 [^.?!]{0,40}?(?:초기화|리셋|빠[졌진]|바뀌었|바뀐"
    r"|풀[렸린]|사라[졌진]|꺼[졌진]|누락|끊[겼긴]|막[혔힌])|(?:옛날|예전|이전|구|잘못된|엉뚱한) ?[가-힣a-z]{1,12}(?:"
    r" [가-힣a-z]{1,8})?(?:만|을|를)? ?(?:가리[키킨켜]|물고 있|(?:바라)?보고 있(?!으면|어야|겠))"
    r"|[가-힣](?<!에)(?<!그래)(?<!따라)(?<!면)서\s[^.?!]{0,40}?(?:죽[었어은]|멈[췄춰추]|다운|끊[겼어김]|먹통|장애|터졌"
    r"|중단|안\s?[되됐돼됨]|뻗|느려|지연)|(?:느라|바람에|때문에|탓에)\s[^.?!]{0,40}?(?:죽[었어은]|멈[췄춰추]|다운|실패"
    r"|끊[겼어김]|먹통|장애|터졌|중단|안\s?[되됐돼됨]|뻗|느려|지연|났)|\b(?:ran out of|filled up|is full|was full"
    r"|expired)\b[^.?!]{0,40}?\b(?:and|so)\b[^.?!]{0,30}?\b(?:stopped|died|crashed|failed|went down|fell over)\b"
    r"|\b(?:we|i|someone|somebody|they|he|she|ops|nobody) (?:had )?(?:forgot(?:ten)?|missed|skipped) (?:to )?(?:renew"
    r"|rotate|add(?! (?:you|him|her|them|me)\b)|enable|restart|reload|apply|migrate|merge|deploy|index|revert|disable"
    r"|copy|sync|re-?enable)\w*|\bnever (?:happened|ran|reloaded|restarted|rotated|renewed|applied|enabled|installed)\b"
    rf"|^it(?:'s|s| is) (?:the|our) (?=[^.?!]{{0,30}}?\b(?:{_PART}|bump|change|rename|setting|schema|offset)\b)"
    r"(?![^.?!]{0,60}\b(?:fine|ok|back|same)\b)"
)
"""A cause told in passing, by the clause before what broke: "디스크가 꽉 차서 mysql이 죽었습니다"."""
_ACT = (
    r"roll|revert|restart|reboot|try|check|look|ask|wait|should|we |i |you |flush|bump|back|fail|scale|done|ok|fine"
    r"|in |at |by "
)
CAUSE_GUESSED = re.compile(
    rf"\b(?:probably|prob|prolly|perhaps|maybe|likely|presumably|guessing|best guess|(?:might|could(?: well)?|may"
    rf"|must) be|smells like|feels like|sounds like|looks like|(?:i |i'd )?suspect(?: #?1)?|seems? to be"
    rf"|i think it'?s|i reckon (?:it'?s)?|hunch|my guess(?: is)?|(?:strong )?smell of an?|timing (?:matches|fits"
    rf"|lines up with)) ?+(?:is "
    rf"|:)?+ ?+(?!{_ACT})(?=[^.?!]{{0,40}}?\b(?:{_PART})\b(?!-?\d))(?![^.?!]{{0,60}}\b(?:fine|ok|back|healthy"
    rf"|recover\w*|normal|stable|up|fixed|working|green|clean|done|good)\b)"
    r"|느낌상 |(?:쪽|문제|이슈|락|디비|디스크|네트워크|방화벽|메모리|누수|부족|고갈|과부하|버그|배포|설정|영향|탓"
    r"|캐시|디비|충돌|교착|만료|누락|폭주)(?:이|인|일|로|으로|가)? ?(?:의심|추정|겹[치친쳐]|같[습아은네]|것 ?같"
    r"|거 ?같|듯|보[입여이])|\b(?:probably|maybe|perhaps|prolly) (?:someone|somebody) \w+ed\b"
)
"""A cause that is supposed, by a part of the system or a fault that it names."""
_MONTHS = r"(?:january|february|march|april|may|june|july|august|september|october|november|december|20\d\d)"
EARLIER = re.compile(
    rf"\b(?:(?:like|same|similar|remember)\b[^.?!,]{{0,25}}?|as) (?:back )?in (?:early |late |mid )?{_MONTHS}\b"
    rf"|\b(?:had|saw|hit|seen) (?:such|this|that|it|the same|a similar|something)\b[^.?!,]{{0,30}}? in {_MONTHS}\b"
    r"|(?<!\d)\d{1,2}월(?:에도|처럼| ?때처럼| 장애)|20\d\d년(?:에도|처럼| 장애)|\b(?:was|got|been) burn(?:ed|t)\b"
    r"|(?:[한된은던간난] ?| )적[이도은]? ?있|"
    r"\blast time\b|\b(?:last|previous|earlier) (?:incident|outage)\b|^(?:so |but )?(?:last|back in) (?:week|month"
    r"|year)\b(?!')|\b(?:same as|just like|like|similar to|as in|remember) (?:\w+ ){0,3}?(?:inc-?\d+|last (?:month"
    r"|year|week|time|quarter|summer|winter|spring|fall))\b|\binc-?\d+ (?:\w+ ){0,2}?(?:back then|last \w+)"
    r"|\bback then\b|^there,? it was\b|\b(?:last|this time last) (?:year|month|week|summer|winter|quarter)\b,? (?:we"
    r"|this|it|there)\b|\b(?:their|another (?:team|company|shop)'?s?|a friend'?s?) (?:outage|incident)\b"
    r"|\bin the \w+ (?:incident|outage)\b|예전에|그때는|지난(?:달|주|해) 장애|지난\s?번|저번|이전 (?:장애|사고)|작년"
    r"|지난\s?(?:달|주|해)\s?(?:장애|사고|에[는도]|원인)"
)
"""Who speaks so tells the cause of another incident."""
CAUSE_SOUGHT = re.compile(
    r"\b(?:find|finding|identify|identifying|investigat\w+|look(?:ing)? (?:for|into)|know|understand|determin\w+"
    r"|figure out|chasing|figuring out|establish)\b.{0,30}\b(?:root )?cause|\bcause\s?[:=]?\s(?:is |was "
    r"|of .{0,40} (?:is |was ))?(?:still |currently |yet |as yet )*"
    r"(?:un(?:known|clear|determined|confirmed|identified|resolved)|open(?=$|[.,;!])|not (?:yet )?(?:known|clear|found)"
    r"|tbd|being)|no (?:idea|clue)|unclear|\bfound later\b|\b(?:found out|noticed|knew|learned) (?:\w+ ){0,3}because\b"
    r"|\b(?:what|who|which \w+) (?:has |have )?(?:caused|broke"
    r"|killed)\b"
    r"|원인\s?(?:을|은|이|[:=])?\s?(?:현재 |지금은? )?(?:아직|모르|불명|미상|미확인|파악|분석|조사"
    r"|찾는|찾고|확인\s?(?:중|필요|해|하"
    r"|부탁|이 필요)|규명)|원인(?:이|은)? (?:뭐|뭔|무엇|아직)|\b(?:who|god|nobody|no ?one) (?:really "
    r"|actually )?knows?\b|\bwhich(?: one| of \w+(?: \w+)?)? it (?:was|is)\b|\b(?:i|we) (?:really |still )?(?:don'?t"
    r"|do not|can'?t|cannot) (?:yet |really )?(?:know|tell|say) (?:if|why|what|which|whether|how)\b|(?:[는은인던]지"
    r"|건지|뭔지)\S{0,8} ?(?:잘 |아직 |아무도 |전혀 )*(?:모르(?:겠|는|지|네|ㅂ)|모릅|모름|몰라)"
    r"|(?:뭐|뭐가|무엇|무엇이|왜) .{0,14}는지\S{0,3} .{0,20}(?:없|못|미상)"
    r"|\bwhatever (?:it|this|that) (?:is|was)\b(?! that)|\b(?:don'?t|do not) have (?:a|any|the) cause\b"
)
PROVEN = re.compile(
    r"\bconfirmed (?:on|by|in|with) (?:the |a |an )?(?!customers?\b|users?\b)\w|\breproduced\b|\bverified\b"
    r"|(?:로|으로) (?:확인|재현)(?:함|했|됨)|원인 ?확정(?!\s?(?:\?|인가|이죠|된 ?건|전))|재현(?:됨|했|함)"
)
"""Whoever names a cause so has looked."""
LEFT_OPEN = re.compile(
    r"\bcause (?:(?:is|stays|remains|still|left|kept|currently|as|yet) )*(?:open|unknown|undetermined|unclear"
    r"|inconclusive)\b|\b(?:unknown|undetermined) (?:root )?cause\b|\bno (?:\w+ )?root cause (?:found|yet|known"
    r"|identified)|\b(?:don'?t|do not|didn'?t|never) (?:yet |really |actually |still )?(?:know|have|find"
    r"|found) (?:why\b|a"
    r"|the|any|what) (?:\w+ )?(?:cause|caused)\b|\b(?:leave|record|mark|file|close|log|treat) (?:it|this"
    r"|that) as (?:an? )?(?:unknown|unexplained|undetermined|inconclusive)(?=[.,;!]|$| (?:cause|for|until|till|and)\b)"
    r"|\bwho knows (?:which|what) (?:one )?it was\b|\b(?:i|we) (?:still |really )?(?:don'?t"
    r"|do not) know (?:what it was|what (?:happened|fixed it|broke it)|which (?:one )?(?:it was|of))\b"
    r"|원인\S{0,4}\s?(?:은|이|을|:)?\s?(?:아직 |여전히 |일단 |현재 )*(?:미상|불명|모[르를릅름]|몰라|미정|미확인)"
    r"|(?:뭐가|뭣이"
    r"|무엇이"
    r"|어느 ?[쪽게]이?|어떤 게) [^.?!]{0,20}(?:모르겠|모릅|모름|몰라)"
)
"""The cause was left open: no earlier word on it holds any more."""
CAUSE_DENIED = re.compile(
    r"\b(?:not|isn't|wasn't|never|n't)\b[^,;.]{0,20}\b(?:(?:root )?cause\b|caused|because|due to)|\bcause (?:is"
    r"|was) not\b|ruled out|unrelated|red herring|\b(?:can'?t|cannot) be (?:the|it|that|our)\b|원인(?:은"
    r"|이) 아[니닌닙님]|(?:때문은|때문이|탓은|탓이) 아[니닌닙님]|무관|무근"
)
CORRECTION = re.compile(
    r"\bcorrection\b|\bi was wrong\b|\bwe were wrong\b|turns? out .{0,40}\bnot\b|\bactually,? (?:not|it|the)\b"
    r"|not the (?:root )?cause|정정|틀렸|잘못 (?:봤|짚|알)|아니었|아니라|원인(?:은|이) 아[니닌닙님]"
)

ROOT_CAUSE = cues(
    (
        3,
        r"(?<=\w )(?<!\bi )(?<!\bwe )(?:caused|broke|took down|brought down|knocked out|killed) (?!by\b)",
    ),
    (5, EXPLICIT_CAUSE.pattern),
    (3, CAUSE_TOLD.pattern),
    (2.5, CAUSE_GUESSED.pattern),
    (
        2,
        r"\b(?:oom[- ]?killed|hammered by|was changed from|got (?:reset|changed|rotated|deleted|removed))\b",
    ),
    (
        3,
        r"\bcaused by\b|\bcause(?: (?:is|was|of|identified|found|confirmed)\b|\s?[:=]\s)|\bturn(?:s|ed) out\b"
        r"|\bculprit\b|\broot ?cause|\bbecause of\b|\bdue to\b|\bthe bug\b|\bresult(?:ed)? (?:of|from|in)\b",
    ),
    (
        3,
        r"(?:로|으로) 인(?:해|한|하여)|때문(?:에|입|이|으로|인)|원인|탓(?:에|입|이|으로)|알고 보니|범인|문제였|여파로"
        r"|발단",
    ),
    (
        2,
        r"\bbecause\b|\bsince (?:the|we|our) |\btriggered by\b|\bintroduced (?:by|in)\b|\bwhich (?:is why|caused"
        r"|broke)\b|\bled to\b|\bstarted (?:right )?after\b",
    ),
    (
        2,
        r"(?:배포|변경|작업|적용|업데이트|교체|수정|점검)\s?(?:이후|후|직후|하면서|하고 나서|하다가|과정에서|중에)"
        r"|잘못\s?(?:설정|적용|들어|배포|지정|입력|삭제)|누락",
    ),
    (
        1.5,
        r"\b(?:expired|typo|misconfigur\w+|bad (?:release|deploy|config|commit)|memory leak|(?:disk|table|pool|heap"
        r"|quota) full|filesystem is full|out of (?:memory|disk|space)|oomkilled|wrong (?:\w+ )?(?:filter|port|host"
        r"|table|region|branch|env|namespace|cluster|config\w*|version|file|value|setting)|deadlock|race condition"
        r"|overloaded|exhausted|regression|corrupt\w*)\b",
    ),
    (
        1.5,
        r"최대치|한도 (?:초과|도달)|빠[졌져](?!다 [들붙돌])|oom|만료(?!시)|오타|설정 오류|설정이 (?:틀|잘못|달)|과부하"
        r"|고갈|가득 (?:차|찬|찼)|메모리 (?:누수|부족)|꼬였|꼬여|충돌|교착|버그|포화|오설정|폭주",
    ),
    (
        2,
        r"\b(?:the|real|actual) (?:problem|issue) (?:is|was)\b|\bso (?:[\w']+ ){1,6}(?:fail\w*|down|break\w*|stuck"
        r"|time out)\b|\bis having (?:issues|trouble|problems)\b",
    ),
    (-3, r"\backnowledg\w+|\bstatus ?page\b|\bannounc\w+|\bdraft\w*|공지|전파|연락"),
)
CONTRIBUTING = cues(
    (
        3,
        r"\bwithout (?:a |any |prior )?(?:test\w*|approval|review|rollback|backup|canary|staging)\b|\b(?:no"
        r"|missing) (?:alert\w*|monitor\w*|runbook|test\w*|rollback|backup|canary|limits?|review)|\b(?:never|not"
        r"|didn't|wasn't|weren't|hadn't) (?:been )?(?:test|review|approv|document|monitor|notic)\w*|\bunlike prod\w*"
        r"|\bdiffers? from prod\w*|\bdifferent (?:from|than|to) prod\w*",
    ),
    (
        3,
        r"(?:테스트|검증|승인|검토|리뷰|백업|공유|협의|점검|공지|롤백 계획)\s?(?:도|을|를|이|가|은|는)?\s?(?:없이"
        r"|없었|안\s?(?:하|했|된|됐|돼|거치)|못\s?(?:하|했)|누락|생략|미흡|부족|하지 않)",
    ),
    (
        3,
        r"테스트\s?(?:환경|서버|베드)[^.]{0,40}(?:다르|다른|달라|달랐|차이|한 장|하나|없)|운영(?:과|이랑|하고|환경과"
        r"|서버와|망과)\s?(?:\S+\s)?(?:다르|다른|달라|달랐|차이)|(?:스테이징|개발)\S*[^.]{0,30}(?:다르|달라|달랐|없)",
    ),
    (
        2.5,
        r"\b(?:alert\w*|alarm\w*|page|notification)\b.{0,30}\b(?:missed|ignored|muted|silenced|too late|didn't fire"
        r"|not fire)|\btest(?:ing)? environment\b|\bonly (?:tested|caught|works?)\b|\blatent\b|\bcontribut\w+",
    ),
    (
        2.5,
        r"(?:알람|알림|경보|모니터링)\S*\s?(?:안 울|꺼져|꺼 ?놔|없|늦|놓쳤|못 봤|무시)|매뉴얼\S*\s?(?:없|달라|다르"
        r"|오래)|한 사람만|혼자|동시에 (?:진행|작업|배포)|미해결|(?:지난|이전|어제)\S* 장애\S*\s?(?:아직|안|미)"
        r"|사전\s?(?:테스트|검증)",
    ),
    (
        1,
        r"\bprod(?:uction)? (?:has|uses|runs)\b|\bold version\b|\bsingle point\b|\bat the same time\b|\bfor years\b"
        r"|\balways been\b|단일\s?장애|구버전|임시로",
    ),
    (
        -3,
        r"재발\s?방지|후속|해야|필요(?:합니다|해)|하겠습니다|\bshould\b|\bneed to\b",
    ),
)
