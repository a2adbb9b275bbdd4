// What the page itself says, in the acting person's language.

const EN = {
  workspace: "Workspace", channels: "Channels", messages_to: "Direct messages", apps: "Apps", you: "you", app: "App",
  today: "Today", just_now: "just now", yesterday: "Yesterday", edited: "(edited)", only_you: "Only visible to you", dismiss: "Dismiss",
  deleted: "This message was deleted.", reply_one: "1 reply", reply_many: "{n} replies",
  thread: "Thread", close: "Close", back: "Back", cancel: "Cancel", save: "Save", ok: "OK",
  reply_in_thread: "Reply in thread", add_reaction: "Add reaction", more_actions: "More actions", edit: "Edit message",
  delete: "Delete message", delete_ask: "Delete this message? This cannot be undone.", copy_link: "Copy link",
  copied: "Link copied", message_to: "Message {name}", reply_to: "Reply…", send: "Send", new_messages: "New",
  members_one: "1 member", members_many: "{n} members", pins: "Pinned messages", no_pins: "Nothing is pinned here yet.",
  bookmarks: "Bookmarks", home: "Home", messages: "Messages", no_home: "This app has not published a Home yet.",
  jump: "Jump to…", jump_hint: "Channel, person or app", no_match: "No match", be_somebody: "You are {name}. Act as somebody else",
  act_as: "Act as", light: "Switch to light", dark: "Switch to dark", play: "Play", pause: "Pause", next_step: "Next step",
  restart: "Restart", speed: "Speed", finished: "The story is finished", deed_say: "says", deed_command: "runs", deed_click: "presses", deed_submit: "submits the form", deed_react: "reacts", deed_shortcut: "uses a shortcut",
  deed_direct: "writes to the app", deed_home: "opens the app’s Home", deed_join: "joins", deed_edit: "edits a message", deed_delete: "deletes a message",
  story: "Story", clock: "Workspace time", required: "Please fill in this field.", too_short: "Please write at least {n} characters.",
  too_long: "Please keep this under {n} characters.", choose: "Choose an option", choose_many: "Choose options", choose_user: "Choose a person",
  choose_channel: "Choose a conversation", searching: "Searching…", search: "Search", optional: "(optional)",
  join: "Join channel", not_member: "You are looking at #{name}.", archived: "This channel is archived.", new_channel: "Create a channel",
  channel_name: "Channel name", create: "Create", commands: "Commands", people: "People", emoji: "Emoji",
  not_acked: "{command} failed: the app did not answer within three seconds.", command_failed: "{command} failed: {error}",
  not_in_threads: "{command} cannot be used in a thread. Write it in the channel.",
  failed: "That did not work: {error}", offline: "Connection lost. Trying again…", loading: "Loading…",
  start: "This is the very beginning of {name}.", reacted: "{names} reacted with :{emoji}:", unread: "{n} unread", mentions: "{n} mentions",
  new_from: "{name}: {text}", open_menu: "Open the sidebar", everyone: "everyone", also_in_thread: "replied in a thread",
  keys_hint: "Enter to send, Shift+Enter for a new line", image: "Image", file: "File", unknown: "unknown",
  unsupported: "This block cannot be shown: {type}", choose_person: "Who do you want to be?", jump_latest: "Jump to latest", here: "Only people who are here", whole_channel: "Everyone in this channel",
  not_delivered: "The app did not answer. Your entries are kept; try again.", submit_failed: "This could not be submitted: {error}",
  shortcuts: "Shortcuts", pinned: "Pinned", pin_count_one: "1 pin", pin_count_many: "{n} pins", message_list: "Messages in {name}", latest_reply: "last reply {when}",
};

const KO = {
  workspace: "워크스페이스", channels: "채널", messages_to: "다이렉트 메시지", apps: "앱", you: "나", app: "앱",
  today: "오늘", just_now: "방금", yesterday: "어제", edited: "(편집됨)", only_you: "나에게만 표시되는 메시지", dismiss: "닫기",
  deleted: "삭제된 메시지입니다.", reply_one: "댓글 1개", reply_many: "댓글 {n}개",
  thread: "스레드", close: "닫기", back: "뒤로", cancel: "취소", save: "저장", ok: "확인",
  reply_in_thread: "스레드에 댓글 달기", add_reaction: "반응 추가", more_actions: "더 보기", edit: "메시지 편집",
  delete: "메시지 삭제", delete_ask: "이 메시지를 삭제할까요? 되돌릴 수 없습니다.", copy_link: "링크 복사",
  copied: "링크를 복사했습니다", message_to: "{name}에 메시지 보내기", reply_to: "댓글 달기…", send: "보내기", new_messages: "새 메시지",
  members_one: "멤버 1명", members_many: "멤버 {n}명", pins: "고정된 메시지", no_pins: "아직 고정된 메시지가 없습니다.",
  bookmarks: "북마크", home: "홈", messages: "메시지", no_home: "이 앱은 아직 홈 화면을 만들지 않았습니다.",
  jump: "이동…", jump_hint: "채널, 사람 또는 앱", no_match: "일치하는 항목이 없습니다", be_somebody: "지금은 {name} 님입니다. 다른 사람으로 바꾸기",
  act_as: "다른 사람으로 바꾸기", light: "밝은 화면으로", dark: "어두운 화면으로", play: "재생", pause: "일시 정지", next_step: "다음 단계",
  restart: "처음부터", speed: "속도", finished: "이야기가 끝났습니다", deed_say: "메시지", deed_command: "명령", deed_click: "버튼", deed_submit: "양식 제출", deed_react: "반응", deed_shortcut: "바로 가기",
  deed_direct: "앱에 보내는 메시지", deed_home: "앱 홈 열기", deed_join: "채널 참여", deed_edit: "메시지 편집", deed_delete: "메시지 삭제",
  story: "이야기", clock: "워크스페이스 시각", required: "이 항목을 입력해 주세요.", too_short: "{n}자 이상 입력해 주세요.",
  too_long: "{n}자 이내로 입력해 주세요.", choose: "선택하세요", choose_many: "여러 개를 선택할 수 있습니다", choose_user: "사람을 선택하세요",
  choose_channel: "대화를 선택하세요", searching: "찾는 중…", search: "검색", optional: "(선택)",
  join: "채널 참여", not_member: "#{name} 채널을 보고 있습니다.", archived: "보관된 채널입니다.", new_channel: "채널 만들기",
  channel_name: "채널 이름", create: "만들기", commands: "명령어", people: "사람", emoji: "이모지",
  not_acked: "{command} 실행 실패: 앱이 3초 안에 응답하지 않았습니다.", command_failed: "{command} 실행 실패: {error}",
  not_in_threads: "스레드에서는 {command} 명령을 쓸 수 없습니다. 채널에 입력해 주세요.",
  failed: "처리하지 못했습니다: {error}", offline: "연결이 끊겼습니다. 다시 연결하는 중…", loading: "불러오는 중…",
  start: "{name}의 첫 부분입니다.", reacted: "{names} 님이 :{emoji}: 반응을 남겼습니다", unread: "읽지 않은 메시지 {n}개", mentions: "멘션 {n}개",
  new_from: "{name}: {text}", open_menu: "사이드바 열기", everyone: "모두", also_in_thread: "스레드에 댓글을 남김",
  keys_hint: "Enter로 보내기, Shift+Enter로 줄바꿈", image: "이미지", file: "파일", unknown: "알 수 없음",
  unsupported: "표시할 수 없는 블록입니다: {type}", choose_person: "누구로 시작할까요?", jump_latest: "최신 메시지로", here: "접속 중인 사람에게", whole_channel: "이 채널의 모든 사람에게",
  not_delivered: "앱이 응답하지 않았습니다. 입력한 내용은 그대로 있으니 다시 시도해 주세요.", submit_failed: "제출하지 못했습니다: {error}",
  shortcuts: "바로 가기", pinned: "고정됨", pin_count_one: "고정 1개", pin_count_many: "고정 {n}개", message_list: "{name} 메시지", latest_reply: "마지막 댓글 {when}",
  said_channel_join: "{who} 님이 채널에 참여했습니다", said_channel_leave: "{who} 님이 채널에서 나갔습니다",
  said_channel_name: "{who} 님이 채널 이름을 바꿨습니다: {name}", said_channel_archive: "{who} 님이 채널을 보관했습니다",
  said_channel_unarchive: "{who} 님이 채널 보관을 해제했습니다", said_channel_topic: "{who} 님이 채널 주제를 정했습니다: {topic}",
  said_channel_purpose: "{who} 님이 채널 설명을 정했습니다: {purpose}", said_channel_topic_: "{who} 님이 채널 주제를 지웠습니다",
  said_channel_purpose_: "{who} 님이 채널 설명을 지웠습니다",
};

let table = EN;

export function setLanguage(locale) {
  const korean = String(locale ?? "").toLowerCase().startsWith("ko");
  table = korean ? KO : EN;
  document.documentElement.lang = korean ? "ko" : "en";
}

export function w(key, params = {}) {
  return fill(table[key] ?? EN[key] ?? key, params);
}

function fill(text, params) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

/** The words of a message; what Slack's server says by itself, always in English, in the reader's language. */
export function textOf(message) {
  const key = `said_${message.subtype}`;
  const about = message.subtype?.replace("channel_", "");
  const text = table[about && message[about] === "" ? `${key}_` : key];
  return text ? fill(text, { ...message, who: `<@${message.user}>` }) : message.text ?? "";
}

export const count = (key, n) => w(n === 1 ? `${key}_one` : `${key}_many`, { n });
