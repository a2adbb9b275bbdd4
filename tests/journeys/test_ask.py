"""Questions about the past, by command, mention, direct message and form; and the App Home."""

from tests.journeys.stage import ALEX, DOYUN, MINJI, SEOYEON, Stage, shown

CAUSE = "원인은 14:48 배포의 커넥션 풀 설정입니다"


async def one_past_incident(stage: Stage) -> str:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await stage.person(DOYUN).say(channel, CAUSE)
    await stage.settled()
    await stage.command(MINJI, "/incident draft 원인", channel)
    return channel


def is_answer(text: str, channel: str) -> bool:
    return f"> {CAUSE} — doyun <http" in text and "INC-1 · 결제 오류" in text and f"<#{channel}>" in text


async def test_by_command_form_and_direct_message(everywhere: Stage) -> None:
    stage = everywhere
    channel = await one_past_incident(stage)
    told = await stage.command(SEOYEON, "/incident ask 결제 오류 원인이 뭐였지?")
    assert told == "찾아보고 있습니다: “결제 오류 원인이 뭐였지?”. 답변은 개인 메시지로 보내 드립니다."
    assert is_answer(shown(stage.direct(SEOYEON)[-1]), channel)
    await stage.click(SEOYEON, await stage.home(SEOYEON), "incident.ask")
    assert await stage.submit(SEOYEON, {"question": "결제 장애의 원인은?"}) == {}
    assert is_answer(shown(stage.direct(SEOYEON)[-1]), channel)
    seoyeon = stage.person(SEOYEON)
    await seoyeon.say(seoyeon.im(stage.app), "결제 오류 원인이 뭐였나요?")
    await stage.settled()
    assert is_answer(shown(stage.direct(SEOYEON)[-1]), channel)


async def test_by_mention_in_its_thread(everywhere: Stage) -> None:
    stage = everywhere
    channel = await one_past_incident(stage)
    asked = await stage.person(ALEX).say(stage.ops, f"<@{stage.app.bot_user}> 결제 오류 원인이 뭐였지?")
    await stage.settled()
    answer = stage.person(ALEX).replies(stage.ops, asked["ts"])[-1]
    assert is_answer(shown(answer), channel)


async def test_nothing_found_says_so(stage: Stage) -> None:
    await one_past_incident(stage)
    await stage.command(ALEX, "/incident ask why did the moon landing fail?")
    assert "The records of past incidents say nothing about this" in shown(stage.direct(ALEX)[-1])
    await stage.command(SEOYEON, "/incident ask 우주 비행선")
    assert "지난 장애 기록에서 찾지 못했습니다" in shown(stage.direct(SEOYEON)[-1])


async def test_a_question_calls_nobody(stage: Stage) -> None:
    await one_past_incident(stage)
    await stage.command(ALEX, "/incident ask <!channel> 결제 <@U01MINJI> *오류*")
    texts = [c.arguments for c in stage.calls("chat.postMessage")]
    assert "<!channel>" not in str(texts) and "<!channel>" not in shown(stage.direct(ALEX)[-1])


async def test_home(stage: Stage) -> None:
    home = shown(await stage.home(ALEX))
    for wanted in ("Nothing waits for you.", "All is quiet.", "No server is frozen."):
        assert wanted in home
    await stage.declare(MINJI, "sev2 결제 오류 서버 web-3, lb-01")
    await stage.command(MINJI, "/freeze fixed web-3 되돌림")
    korean, english = shown(await stage.home(MINJI)), shown(await stage.home(ALEX))
    for wanted in ("처리할 일이 없습니다", "진행 중인 장애 1건", "결제 오류", "동결된 서버 2대", "`lb-01`"):
        assert wanted in korean
    assert "says it is fixed" in english and "Open incidents: 1" in english and "*Evidence:* 되돌림" in english
    await stage.click(ALEX, await stage.home(ALEX), "incident.show", "1")
    assert "결제 오류" in shown(stage.direct(ALEX)[-1])
    await stage.click(ALEX, await stage.home(ALEX), "incident.help")
    assert "What you can say to Stopline" in shown(stage.direct(ALEX)[-1])


async def test_home_speaks_the_language_people_change_to(stage: Stage) -> None:
    assert "내가 처리할 일" in shown(await stage.home(MINJI))
    stage.server.workspace.change_person(MINJI, locale="en-GB")
    await stage.settled()
    assert "Waiting for you" in shown(await stage.home(MINJI))
