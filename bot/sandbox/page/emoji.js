// Which :short_name: is which character: the small table this page knows.

export const EMOJI = {
  pushpin: "📌", white_check_mark: "✅", eyes: "👀", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎",
  fire: "🔥", rotating_light: "🚨", warning: "⚠️", no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑",
  red_circle: "🔴", large_orange_circle: "🟠", large_yellow_circle: "🟡", large_green_circle: "🟢",
  large_blue_circle: "🔵", white_circle: "⚪", black_circle: "⚫", snowflake: "❄️", memo: "📝", tada: "🎉",
  heart: "❤️", pray: "🙏", joy: "😂", smile: "😄", slightly_smiling_face: "🙂", thinking_face: "🤔", sweat_smile: "😅",
  raised_hands: "🙌", clap: "👏", wave: "👋", muscle: "💪", ok_hand: "👌", point_right: "👉", hand: "✋",
  rocket: "🚀", bug: "🐛", wrench: "🔧", hammer: "🔨", hammer_and_wrench: "🛠️", gear: "⚙️", lock: "🔒", unlock: "🔓",
  key: "🔑", bulb: "💡", bell: "🔔", no_bell: "🔕", mega: "📣", loudspeaker: "📢", speech_balloon: "💬",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", alarm_clock: "⏰", stopwatch: "⏱️", clock3: "🕒", calendar: "📆", date: "📅",
  chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊", clipboard: "📋", link: "🔗",
  mag: "🔍", package: "📦", file_folder: "📁", page_facing_up: "📄", books: "📚", label: "🏷️", bookmark: "🔖",
  question: "❓", grey_question: "❔", exclamation: "❗", x: "❌", heavy_check_mark: "✔️", heavy_plus_sign: "➕",
  arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", arrows_counterclockwise: "🔄", repeat: "🔁",
  zap: "⚡", boom: "💥", sos: "🆘", construction: "🚧", traffic_light: "🚥", vertical_traffic_light: "🚦", ambulance: "🚑", fire_engine: "🚒",
  police_car: "🚓", train: "🚋", factory: "🏭", house: "🏠", office: "🏢", computer: "💻", desktop_computer: "🖥️", phone: "☎️",
  satellite: "📡", globe_with_meridians: "🌐", cloud: "☁️", sunny: "☀️", umbrella: "☔", star: "⭐", sparkles: "✨", seedling: "🌱",
  robot_face: "🤖", ghost: "👻", detective: "🕵️", sleeping: "😴", zzz: "💤", coffee: "☕", crown: "👑", shield: "🛡️", pencil: "✏️", pencil2: "✏️",
  broom: "🧹", test_tube: "🧪", microscope: "🔬", scroll: "📜", information_source: "ℹ️", checkered_flag: "🏁",
  triangular_flag_on_post: "🚩", dart: "🎯", handshake: "🤝", busts_in_silhouette: "👥", bust_in_silhouette: "👤", us: "🇺🇸", kr: "🇰🇷", jp: "🇯🇵",
  one: "1️⃣", two: "2️⃣", three: "3️⃣", four: "4️⃣", five: "5️⃣", scream: "😱", cry: "😢", grimacing: "😬", saluting_face: "🫡",
  black_square_for_stop: "⏹️", double_vertical_bar: "⏸️", arrow_forward: "▶️", ice_cube: "🧊", railway_track: "🛤️", brain: "🧠",
  left_speech_bubble: "🗨️", inbox_tray: "📥", outbox_tray: "📤", email: "✉️", spiral_note_pad: "🗒️", card_index_dividers: "🗂️",
  small_blue_diamond: "🔹", small_orange_diamond: "🔸", small_red_triangle: "🔺", black_small_square: "▪️", point_up: "☝️", "100": "💯",
  bellhop_bell: "🛎️", thread: "🧵", grey_exclamation: "❕", mute: "🔇", recycle: "♻️", white_large_square: "⬜", large_red_square: "🟥", rice_ball: "🍙",
  leftwards_arrow_with_hook: "↩️", ballot_box_with_check: "☑️", wastebasket: "🗑️",
};

export const QUICK = ["pushpin", "white_check_mark", "eyes", "thumbsup", "pray", "tada", "fire", "rotating_light", "warning",
  "snowflake", "memo", "thinking_face", "raised_hands", "heart", "rocket", "x", "question", "hourglass_flowing_sand"];

export function emojiFor(name) {
  return EMOJI[name.split("::")[0]] ?? null;
}
