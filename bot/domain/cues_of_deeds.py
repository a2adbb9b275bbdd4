"""What people say of what they did, before it broke and after, and of what they decided: cue phrases, weights."""

import re

from bot.domain.cue import cues

_THEN = (
    r"(?<!\d)[012]?\d:[0-5]\d(?!\d)|\b(?:this morning\S?|last night|yesterday|earlier today|overnight|\d{1,2} ?[ap]m"
    r"|(?:on |last )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:hours?|min\w*) (?:ago|before|earlier)"
    r"|(?:just|right|shortly) before)\b|\d시|어제|그제|오전|아침|새벽|간밤|지난주|[월화수목금토일]요일|직전"
)
OF_BEFORE = re.compile(_THEN)
"""It says when, and that may be before anybody noticed."""
TRIGGER = cues(
    (
        3,
        r"\b(?:deployed|deploying|released|rolled out|merged|pushed|upgraded|applied|migrated|bumped|switched on"
        r"|bump time|went live|shipped)\b|\b(?:deploy|release|upgrade|migration|rollout)\b.{0,20}\b(?:at|started"
        r"|finished|complete\w*|done|went)\b|\b(?:started|begins?|began) (?:right )?after\b|\btriggered by\b",
    ),
    (
        3,
        r"(?:배포|변경|작업|적용|업데이트|업그레이드|교체|이관|점검|반영|머지|릴리스)\S{0,3}\s?(?:했|시작|완료|진행"
        r"|나갔|됐|되었|들어갔)|(?:배포|변경|작업|적용|업데이트|교체)\s?(?:직후|이후|후)\s?(?:부터|에)?|만료(?:됐"
        r"|되었|된)",
    ),
    (
        3,
        rf"\b(?:renamed|moved|changed|switched|replaced|removed|dropped|bumped|enabled|revoked|went (?:on|live|out"
        rf"|to))\b"
        rf"[^?]{{0,60}}?(?:{_THEN})|(?:{_THEN})[^?]{{0,40}}?(?:\b(?:renamed|changed|replaced|removed|drop(?:ped)?"
        rf"|enabled"
        rf"|revoked)\b|옮[긴겼]|바[꾼뀌꿨뀐]|올[렸린]|교체|증설|갱신|변경|업그레이드)",
    ),
    (2, r"\bexpired\b|\bsince (?:the|this|our) (?:deploy|release|update|change)\w*|\bran out\b|\bfilled up\b"),
    (1, r"(?<!\d)[012]?\d:[0-5]\d(?!\d)|\d{1,2}시(?: ?\d{1,2}분)?|\bnew\b|\btoday\b|새|오늘|방금"),
    (
        -4,
        r"\b(?:revert\w*|roll(?:ed|ing)? ?back|rollback|restore\w*|recover\w*|fix(?:ed|ing)?|hotfix|will|should|let's"
        r"|going to|renew\w*|status|announce\w*|postmortem)\b|롤백|원복|복구|정상|하겠|할게요|예정|해야|공지|절체",
    ),
)
DECISIONS = cues(
    (
        9,
        r"^(?:(?:ok|okay|so|then|the|our|my|final|ic|일단|그럼|최종|오늘)[,.]? ){0,3}(?:decisions?|decided"
        r"|결정(?: ?사항)?)(?: (?:for|on|of|by) [\w '-]{1,40})?\s?: ?\S",
    ),
    (
        3,
        r"\b(?:we(?:'ve| have)? (?:decided|agreed)|decided to|the decision (?:is|was)|decision (?:was |is "
        r"|has been )?(?:made|taken) to|agreed to|we(?:'re| are) going (?:to|with)|going ahead with|let(?:'?s| us)"
        r" (?:roll|revert|fail|restart|switch|stop|keep|wait|leave|go|do|freeze|drain|disable)|appoint\w*|takes?"
        r" over as|(?:is|as) incident commander|call it off|(?<!\bi )(?<!\bwho )approved)\b",
    ),
    (
        3,
        r"결정(?:했|하|됐|되|입)|하기로\s?(?:했|하|함|결)|(?:롤백|절체|원복|중단|차단|재시작|우회|보류"
        r"|진행)\S{0,2}\s?(?:합시다|하시죠|하자|갑시다|가시죠|하겠습니다|진행합니다)|승인(?:합니다|했|됐)|지휘(?:를"
        r"|는)?\s?(?:맡|제가)",
    ),
    (
        3,
        r"^(?:ok |the )?call: \S|(?:넘기|내리|끄|막|올리|빼|돌리|되돌리|옮기|닫|켜)(?:시죠|죠(?! ?\?)|자(?![가-힣]))"
        r"|(?:넘깁|내립|끕|막읍|뺍|돌립|되돌립|옮깁|닫읍|켭)시다|(?:는|은|운) (?:걸로|것으로) (?:결정|하시죠|합시다"
        r"|가시죠)",
    ),
    (
        3,
        r"\bgoing with\b|\bwe (?:stay|stick|keep|go) (?:on|with|it)\b|^(?:(?:the )?plan|decided)\s?: \S"
        r"|^agreed[,:] \w|\bwe wait\b|\bnobody deploys\b|(?:되돌리|내리|막|끄)겠습니다|(?:으로|로) 갑시다"
        r"|^일단 .{0,40}(?:겠습니다|할게요|하죠|합시다)",
    ),
    (2, r"\b(?:rolling back|reverting|failing over|we(?:'ll| will) (?:roll|revert|fail|stop|keep|wait|leave))\b"),
    (-4, r"\bshould\b|\bnext (?:week|sprint|time)\b|\bfollow[- ]?up|\btodo\b|다음|나중|추후|재발|까지"),
)
HELPED = cues(
    (
        3,
        r"\b(?:fail(?:ed|ing) over|rolled back|reverted|restored|recovered|mitigated|(?:rollback|revert|failover"
        r"|restart|fix|workaround|scal\w+) (?:\w+ )?(?:worked|helped|fixed|did it|done|complete\w*|succeeded))\b",
    ),
    (
        3,
        r"(?:절체|페일오버|롤백|원복|복구|정상화|우회|재시작|재기동|차단|증설|교체|되돌)\S{0,4}\s?(?:완료|성공"
        r"|했습니다|했어요|했더니|됐습니다|되었습니다|됐어요|[했됐]지만|되었지만|하니|하자|후\s?정상|하고\s?정상|함\b"
        r"|됨\b)"
        r"|정상\s?(?:확인|응답|으로 돌아|동작|처리|화)|돌아왔|살아났|해소|풀렸",
    ),
    (
        2,
        r"\b(?:back (?:up|to normal|online)|is up again|healthy again|(?:is|are) recovering|resolved"
        r"|confirmed .{0,60} (?:recovered|destroyed|working|works|healthy|spawn))\b|\b(?:drained"
        r"|(?<!had been )(?<!is )(?<!are )disabled|scaled (?:up|out)|switched (?:to|over)|restarted|freed|cleaned up"
        r"|re-?created)\b|에러율\S*\s?(?:떨어|내려|감소)|오류\S*\s?(?:줄|감소|사라|없어)|낮아졌",
    ),
    (
        3,
        r"\b(?:rollback|roll\w* ?back|revert\w*|restart\w*|reboot\w*|fail\w* ?over|killing|killed|flush\w*|bump\w*"
        r"|scal\w+|swap\w*|chang\w+|patch\w*|hotfix|fix|that|this|it|which)\b.{0,50}?\b(?:fixed (?:it|that|this"
        r"|everything)|did (?:it|the trick)|worked|helped|brought \w+ back|unstuck|everything (?:recovered|is back"
        r"|works)|solved (?:it|that)|cleared (?:it|the)|unblocked)\b",
    ),
    (
        2.5,
        r"\b(?:errors?|5\d\ds?|5xx|alerts?|timeouts|spikes?|lag|queue|backlog|disconnects"
        r"|bounces) (?:[\w%./-]+ ){0,4}?\b(?:gone|stopped|cleared|dropped|dropping|drained|falling|fell|went away"
        r"|disappeared"
        r"|is 0)\b|\bfixed (?:it|that|everything)\b|\b\w{2,20}ing [^.?!]{2,40}? fixed \w|\b(?:is|are) up(?:[.!]|$)"
        r"|\b(?:returns?|returning) 200|\bwe(?:'re| are) back\b|\b(?:site|app|checkout|cart|login|logins|api|service"
        r"|everything|it'?s|all) (?:is )?back[.!]?$|\b(?:normal|fine|quiet|stable|ok) since\b|\b(?:all"
        r"|now|back) green\b|\b(?:fast|up|works?|working|fine|ok|normal|healthy|stable|green|alive|flows?) again\b"
        r"|\b(?:cpu|load|latency|p9\d|memory|depth|errors?|5xx|error rate)\b.{0,20}?\b(?:dropped|down to|fell"
        r"|back to)\b",
    ),
    (
        3,
        r"(?:니까?|[가-힣]더니|하자|[리우끄꾸키]자|고 ?나서|고 ?나니|[한운린한꾼] ?(?:뒤|후)"
        r"|[백롤작복치] ?후)\S* [^.?!]{0,25}?(?:정상|돌아[왔옴와]|살아[났나]|사라[졌짐]|풀[렸림]|내려[갔가감왔]"
        r"|떨어[졌짐]|줄[었어]|해결|복구|나아[졌짐]|괜찮|원활|조용|잠잠|붙었|다시 [됩돼]|잘 [됩돼]|빨라[졌짐])|^살아남"
        r"|(?:효과|소용)[가이는은도]? ?있[었습네]",
    ),
)
HINDERED = cues(
    (
        3,
        r"\b(?:did(?:n'?t| not)|doesn'?t|does not|no) (?:help|effect|fix|change(?! (?:request|window|freeze|log))"
        r"|luck|improvement|joy|dice|difference)\w*\b|\bmade (?:it|things) worse\b|\bdead[ -]end\b|\bred herring\b"
        r"|\bruled out\b|\bnot the (?:root )?cause\b|\bfalse (?:alarm|lead)\b|\b(?:upgrade|rollback|restart|fix"
        r"|revert|deploy|failover|restore)\b.{0,20}\bfailed\b|\bproblem persists\b",
    ),
    (
        3,
        r"(?:재시작|롤백|절체|복구|배포|시도|원복|재기동|페일오버|백업|조치)\S*\s?.{0,10}(?:실패|안\s?[돼됨됩됐되])"
        r"|소용\S?\s?없|효과\s?(?:가|는)?\s?없|변화\s?(?:가|는)?\s?없|그대로(?:입|예|네|임|\s?에러|\s?실패"
        r"|\s?오류|\s?안)|여전히|더 나빠|악화|오탐|헛다리|(?:원인|문제|이유)\S* 아니",
    ),
    (
        2,
        r"\bstill (?:failing|down|broken|seeing|getting|no|not|in progress|slow|stuck)\b|\b(?:couldn't|unable to"
        r"|can't) (?:log ?in|ssh|access|connect|reach|restart|roll|find|reproduce|restore|deploy)\b|\bnot convinced\b"
        r"|\bnot (?:in a )?(?:\w+ )?healthy\b|\bno (?:access|permission|runbook|one knows|backup)\b|\bwasn't (?:it"
        r"|the)\b|\bblocked\b|\bconfus\w+\b",
    ),
    (
        2,
        r"못\s?(?:들어|찾|하|했|잡|붙)|권한\S*\s?(?:없|부족)|(?:ssh|vpn|콘솔|서버|장비)\S*\s(?:\S+\s)?접속이 안"
        r"|연락\S*\s?(?:안|두절|못)|담당자\S*\s?(?:없|부재|안)|문서\S*\s?(?:없|오래)|테스트\s?환경|재현\S*\s?(?:안"
        r"|불가|못)|실패했|시간이 (?:걸|오래)|늦어(?!지고)|아니었",
    ),
    (
        3,
        r"\bdid(?:n'?t| not) work\b|\b(?:rollback|revert|restart|reboot|failover|fix|patch|workaround|that|this"
        r"|it) (?:does|do)(?:n'?t| not) work\b|(?<!\bi )(?<!\bwe )\b(?:changed|fixed|helped|did) (?:nothing|zilch"
        r"|nada)\b|\b(?:just"
        r"|only) delayed\b|\bdid(?:n'?t| not) stick\b|\bdid(?:n'?t| not) do (?:anything|much)\b|\b(?:restart|roll"
        r"|revert|reboot|flush|scal|bump|fail)\w*\b.{0,40}?\bstill (?:fail|broke|down|see|get|no|slow|stuck)\w*"
        r"|(?:couldn'?t|could not|can'?t|cannot) find (?:the|any|an?) (?:runbook|docs?|owner|password|key|contact)"
        r"|\bon hold\b|\bhad to wait\b|\b(?:nobody|no ?one) (?:has|knows) the\b|\bsame (?:thing|problem there"
        r"|issue there|result|as before|errors?(?! (?:as|on|in)))|, nope\b|\bstill (?:the )?(?:same|p9\d|5\d\ds?|5xx"
        r"|\d|errors?|timing|happening|fault\w*|high|red)\b|\bp9\d still\b|\b(?:made|got|getting|even) (?:it "
        r"|things )?(?:much )?worse\b|\b(?:can'?t|cannot|couldn'?t) (?:even )?(?:ssh|reproduce|repro|restore"
        r"|roll ?back)\b",
    ),
    (
        3,
        r"(?:재시작|재기동|롤백|원복|되돌[리렸려]|절체|비우|비웠|비워|늘렸|늘려|올렸|올려|내렸|바꿨|바꿔|바꾸|교체"
        r"|재배포|조치|패치)\S*\s?[^.?!]{0,15}?(?:그대로|똑같|안 ?먹|더 느|더 나빠|더 심|차도|여전|소용|효과\S* 없"
        r"|동일|마찬가지)|안 먹[힘혀힙]|지체|연락\S* (?:안 |두절|못)|차도[가는]? 없|오히려 더",
    ),
)
TIMELINE = cues(
    (
        3,
        r"\b(?:deploy(?:ed|ing)|released|roll(?:ed|ing) (?:back|out)|revert(?:ed|ing)?|fail(?:ed|ing)? ?over"
        r"|restarted|restored|recovered|mitigated|resolved|declared|escalated|paged|root cause|confirmed|identified"
        r"|updated|announced|posted|scaled|switched|merged|rebooted|all clear|upgraded)\b",
    ),
    (
        3,
        r"(?:배포|롤백|절체|페일오버|재시작|재기동|원복|복구|정상화|업데이트|시도|작업|점검|차단|우회|교체|적용|공지"
        r"|장애|선언|전파|보고)\S{0,3}\s?(?:시작|완료|종료|했습니다|됐습니다|되었습니다|합니다|하겠습니다|함\b|발생"
        r"|인지|감지|확인|진행|중단)|원인\s?(?:확인|은)|알람\S*\s?(?:발생|울|왔|떴)",
    ),
    (
        2,
        r"\b(?:first|started|began|begin|stopped|appears? to be down|down|back up|worked|verified|found|tracked"
        r"|expired|failed)\b|시작|종료|감지|발견|확인됐|확인되었|해소|급증|끊[겼김]",
    ),
    (1, r"(?<!\d)[012]?\d:[0-5]\d(?!\d)|\d{1,2}시(?: ?\d{1,2}분)?|\b\d{1,2} ?(?:am|pm)\b"),
)

_ACTED = (
    r"restart\w*|reboot\w*|bounc(?:ed|ing)|roll(?:ed|ing) (?:\w+ )?back|revert(?:ed|ing)|drain(?:ed|ing)|disabl(?:ed"
    r"|ing)"
    r"|purg(?:ed|ing)|flush(?:ed|ing)|kill(?:ed|ing)|cancell?(?:ed|ing)|turn(?:ed|ing) \S.{0,40}?\b(?:off|on|down)"
    r"|switch(?:ed|ing)|swapp(?:ed|ing)|replac(?:ed|ing)|reseat(?:ed|ing)|cost(?:ed|ing) (?:out|in)|rais(?:ed|ing)"
    r"|bump(?:ed|ing)|increas(?:ed|ing)|lower(?:ed|ing)|reduc(?:ed|ing)|patch(?:ed|ing)|push(?:ed|ing)"
    r"|fail(?:ed|ing) over|mov(?:ed|ing)|redeploy(?:ed|ing)|reweight(?:ed|ing)|restor(?:ed|ing)|block(?:ed|ing)"
    r"|throttl(?:ed|ing)|limit(?:ed|ing)|re-?creat(?:ed|ing)|creating|scal(?:ed|ing)|rerout(?:ed|ing)|reset(?:ting)?"
    r"|renew(?:ed|ing)|rotat(?:ed|ing)|fre(?:ed|eing)|clear(?:ed|ing)|clean(?:ed|ing)|delet(?:ed|ing)"
    r"|remov(?:ed|ing)|paus(?:ed|ing)|stopp(?:ed|ing)|enabl(?:ed|ing)|bypass(?:ed|ing)|fix(?:ed|ing)|setting"
    r"|resiz(?:ed|ing)|unplugg(?:ed|ing)|remount(?:ed|ing)|isolat(?:ed|ing)|shedding"
)
DEED = re.compile(
    r"^(?:(?:ok(?:ay)?|so|and|then|now|just|also|i|we|i've|we've|i'm|we're|have|am|are|finally|right|alright"
    rf"|already|manually|done|both|instead)[,:]?\s+)*(?:{_ACTED})\b(?!-)(?! (?:by|it|that|this) (?:helped|fixed)\b)"
    rf"|\band (?:i |we )?(?:{_ACTED})\b|\bset (?:again|back) by hand\b"
    r"|\b(?:restart|reboot|rollback|revert|failover|purge|drain|swap|patch|hotfix|bypass|rule|flag|limit) (?:\w+ )?"
    r"(?:done|complete|finished|on|off|in place|applied|deployed)\b"
    r"|(?:재시작|재기동|재부팅|롤백|원복|절체|페일오버|차단|퍼지|중지|적용|교체|삭제|취소|복원|증설|전환|우회"
    r"|비활성화|해제"
    r"|제한|패치|핫픽스|격리|강제|초기화|재배포)[을를]?(?:\s?(?:완료|했[가-힣]{0,6}|합니다|하겠습니다|할게요|해봄|함"
    r"|하는 중|중|돌립니다"
    r"|돌렸[가-힣]{0,6}|걸었[가-힣]{0,6})|\s?해 ?봤[가-힣]{0,6})?[.! ]*(?:\(.{0,30}\))?$"
    r"|(?<![가-힣])(?:되돌렸|되돌립|되돌릴게|내렸|내립|내려 ?봤|올렸|올립|올림|올릴게|뺐|뺍|뺄게|옮겼|옮기는 중|껐"
    r"|끕니|끌게"
    r"|켰|켭|켬|켤게|멈췄|멈춥|줄였|줄여|줄입|늘렸|늘립|늘릴게|바꿨|바꿉|바꿀게|비웠|비웁|지웠|막았|막습|돌렸|돌립"
    r"|풀었|닫았"
    r"|갈았|꽂았)[가-힣]{0,6}"
)
"""Somebody does, or did, something about it."""
DEED_TO_COME = re.compile(
    r"\b(?:if|could|should|would|shall|let'?s|will|tomorrow|next|then|later|monday|friday|by (?:mon|tue|wed|thu|fri"
    r"|eod)\w*|this (?:week|sprint)|worth a try|yesterday|last)\b|까지|내일|다음|이번 주|나중|어제|오전|하면|예정"
    r"|[까죠]요?[.?]*$"
)
"""What is not done now."""
RECOVERED = re.compile(
    r"^(?:up|success|resolved)\s?[:!\]]|^(?:[a-z]\w+ ){0,3}(?:works?|resolves?|loads?|opens?) again\b|, normal[.!]?$"
    r"|\bno (?:oom|errors?|alerts?|timeouts?|5xx|failures?|crash\w*|drops?) since\b"
    r"|\b(?:rate|5xx|errors?)\b[^.?!]{0,16}?\b0\.\d+ ?%"
    r"|살았[다네어습]|빨라[요졌짐]|문의\S* (?:잦아|끊|줄)|(?:발송|유출|오류|에러)\S* 멈[춘췄춤]|"
    r"\b(?:recovered|mitigated|resolved|restored|caught up|back (?:up|online|to (?:normal|\d|under|below))"
    r"|all (?:green|good|clear|up)|(?:is|are|it'?s|now|looks?|looking|all|went) (?:fine|ok|okay|good|green|healthy"
    r"|normal|stable|clean|up|back|flowing|gone|working|quiet)|(?:ok|fine|good|up|works?|working|healthy|normal|green"
    r"|alive|flows?|flowing|200s?|stable|fast) again|works now|good now|there we go|(?:ok|flowing|stable)[.!]*$"
    r"|in a row ok|(\d+)/\1 (?:\w+ )?(?:up|ok|green|healthy))"
    r"|\b(?:errors?|error rate|failures?|5\d\ds?|5xx|alerts?|timeouts|loss|waits|lag|queues?|spikes?|backlog|latency"
    r"|cpu"
    r"|mem\w*|p9\d|load)\b[^.?!]{0,20}?\b(?:gone|stopped|cleared|empty|dropped|dropping|falling|fell|drained|draining"
    r"|flat|going down|coming down|down to|under|0(?:\.\d+)?)(?![\w.]*\d)"
    r"|(?<![은는비])(?<![은는] )정상(?!\s?(?:트래픽|요청|범위|처리 ?여부|인지|인데))|살아[났남]|돌아[왔옴]"
    r"|복구\s?(?:됐|되었|완료|확인)"
    r"|풀[렸림]|해소|올라왔|열려요|열립니다|(?:이제|다시|다|잘) (?:됩니다|됨|돼요|나와요|나옵니다)|유지됩니다"
    r"|사라[졌짐]|줄었"
    r"|줄어들|떨어[졌짐]|내려[왔갔옴]|도착 확인|(?:오류|에러|5xx|랙|실패율?"
    r"|지연)\S{0,8} (?:\S{1,12} )?0(?:\.\d+)?(?!\d)|안정[돼됐되화]"
    r"|괜찮네|없어졌|(?:에러|오류|5\d\d|알람) 없"
)
"""It works again, or goes that way."""
NOT_RECOVERED = re.compile(
    r"\bpr\b|\b(?:not|never|isn'?t|aren'?t|yet|if|should|hope\w*|will|until|when|before|once|let me know)\b|n't\b"
    r"|\bnot?$|아직"
    r"|안 [돼되됩]|않|아니|아님|아닙|하면|되면|[할될]까|예정|겠"
)
OF_ITSELF = re.compile(
    r"\bcoinciden\w+|\b(?:by it|on its own|by them)|\b(?:did|doing|done|touched|changed) nothing\b|\b(?:who|nobody"
    r"|no ?one|don'?t|not) (?:knows?|sure) (?:which|what|why|if|whether)\b|\bmaybe\b|저절로|스스로|아무것도 안|우연"
    r"|모르겠|혹시|귀신|수도"
)
"""Nobody says that something done brought it about."""
UNAIDED = re.compile(
    r"\b(?:by itself|on its own|by themselves)\b|\b(?:i|we|nobody|no ?one) (?:did|changed|touched) (?:nothing"
    r"|anything)\b"
    r"|저절로|스스로 (?:돌|풀|나|살|복)|아무것도 안 ?[했한]"
)
"""It got better without anybody's doing."""
