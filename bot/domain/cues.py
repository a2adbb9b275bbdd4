"""How people ask, doubt and chatter in an incident channel, and the cue phrases of each heading."""

import re

from bot.domain.cue import Cue
from bot.domain.cues_of_causes import CONTRIBUTING, ROOT_CAUSE
from bot.domain.cues_of_deeds import DECISIONS, HELPED, HINDERED, TIMELINE, TRIGGER
from bot.domain.cues_of_duties import FOLLOW_UPS
from bot.domain.cues_of_effects import DETECTION, IMPACT

_HEDGES = (
    r"\b(?:maybe|perhaps|probably|possibly|might|could (?:well )?(?:be|have)|may (?:be|have)|seems?|looks? like"
    r"|looking like|(?:smells|sounds|feels) like|best guess|my guess|hunch|reckon|smell of|timing (?:matches|fits"
    r"|lines up)|prolly|suspect|i(?:'d)? (?:think|guess)|guessing|likely|not sure|hypothesis|theory|apparently|as if"
    r"|assum\w+|i believe|if the)\b|아마|[은는인한된던일을]\s?것?\s?(?:같|듯)|(?<![과와] )같(?:[습아네]|은(?=[데가]))"
    r"|느낌상|추정|의심|추측|보입니다|보이네|보여요|것으로 보|로 보[였이여]|수도 있|지도 모|가능성|혹시|일\s?듯"
    r"|인\s?듯|만약|\b(?:jk|just kidding)\b|농담|주장|\b(?:probable|possible|potential|suspected) (?:root )?(?:cause"
    r"|culprit)"
)
HEDGE = re.compile(_HEDGES)
QUESTION = re.compile(
    r"\?|^did some(?:one|body)\b|^(?:what|why|who|when|where|how|which|is|are|was|were|did|does|do|can(?!'t)"
    r"|could(?! (?:well be|be|not)\b)"
    r"|should|would(?! be (?:good|nice|great)\b)|shall|has|have|any(?:one|body)?)\b(?=.{0,60}\b(?:you|we|anyone"
    r"|anybody|it|this|that|there|they|the)\b)(?!.*[.!]$)(?!\s(?:we|it) (?:is|was|are)\b)"
    r"|(?:나요|까요|인가요|는지요"
    r"|을까|ㄹ까|던가요|ㄴ가요|은가요|한가요|된건가|된 건가|건가요|는데요\?|뭐죠|뭐지|뭘까|왜죠)[.~…\s]*$"
    r"|(?:지\s?않|[았었있없겠])나[.~…\s]*$|(?<![가-힣])(?:왜(?!냐)|뭐|뭘|누가|언제|어디)(?:서|가|를|로)?\s.{0,12}(?:거죠|거지|건지|건가|[을ㄹ]까|았죠|었죠)[.~…\s]*$"
)
_ENGLISH_CHATTER = (
    r"ok(?:ay|ie)?|kk?|yes|yeah|yep|yup|no|nope|sure|thanks?(?: you)?|thank you|thx|ty|lol|lmao|haha++|nice|great"
    r"|cool|awesome|ack(?:ed)?|done|same|agreed?|exactly|right|true|indeed|got it|on it|sounds good|will do"
    r"|good (?:job|work|morning)|hi|hello|hey|lgtm|hm++|huh|ugh|oops|wow|looking|checking|me too|ah++|oh++|sorry|np"
    r"|dope|one (?:sec|moment)|gimme a bit|man|all|everyone|team|so much"
)
_KOREAN_CHATTER = (
    r"네++|넵++|넹|예|옙|응|아하|아++|오++|헐|음++|흠++|굿|ㅇㅋ|ㅇㅇ|ㄱㄱ|ㅋ++|ㅎ++|ㅠ++|ㅜ++|감사(?:합니다|해요"
    r"|드립니다)?|고맙습니다|수고(?:하셨습니다|하셨어요|하십니다|많으셨습니다)?|많으셨습니다|확인(?:했습니다|했어요"
    r"|합니다|해볼게요|해보겠습니다|하겠습니다|중입니다|중|요|부탁드립니다)?|알겠습니다|알겠어요|그렇네요|그러네요"
    r"|맞습니다|맞아요|좋습니다|좋아요|저도요?|보겠습니다|볼게요|중입니다|안녕하세요|죄송합니다|잠시만요|잠깐만요"
    r"|바로|모두|다들|고생(?:하셨습니다|많으셨습니다|하셨어요)?|\+1|:[a-z0-9_+-]+:"
)
# Possessive repeats: a long row of one letter has one reading, not exponentially many.
CHATTER = re.compile(
    rf"(?:(?:(?:{_ENGLISH_CHATTER})(?![a-z])|{_KOREAN_CHATTER})[\s.,!~^…ㅠㅜㅋㅎ\U0001f000-\U0001faff☀-➿\ufe0f]*+)+"
)

SPOKEN_OF: dict[str, tuple[Cue, ...]] = {
    "root_cause": ROOT_CAUSE,
    "contributing": CONTRIBUTING,
    "trigger": TRIGGER,
    "decisions": DECISIONS,
    "impact": IMPACT,
    "detection": DETECTION,
    "helped": HELPED,
    "hindered": HINDERED,
    "follow_ups": FOLLOW_UPS,
    "timeline": TIMELINE,
}
