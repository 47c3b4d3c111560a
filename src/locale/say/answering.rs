//! How answers are typed, moved through and taken back: the interview's tables, calendar and typing mode, and asking line by
//! line.

use crate::locale::Lang;

say! {
    choices_several() "Space chọn · * tất cả · gõ để tìm · Enter xong" "Space picks · * all · type to search · Enter when done"
    opens_rows() "Enter: mở bảng này." "Enter: open these rows."
    not_asked_here() "Không hỏi ở dòng này." "Not asked in this row."
    nothing_to_undo() "Không còn gì để hoàn tác." "Nothing left to undo."
    nothing_to_redo() "Không còn gì để làm lại." "Nothing to redo."
    add_row_here() "+ thêm dòng (Enter)" "+ add a row (Enter)"
    column_of(at, count) "cột {at}/{count}" "column {at}/{count}"
    found_of(found, count) "{found}/{count} câu" "{found}/{count} questions"
    key_redo() "làm lại" "redo"
    key_move_row_up() "đưa dòng lên" "row up"
    key_move_row_down() "đưa dòng xuống" "row down"
    key_next_cell() "ô sau" "next cell"
    key_previous_cell() "ô trước" "previous cell"
    key_day_before() "ngày trước" "day before"
    key_day_after() "ngày sau" "day after"
    key_today() "hôm nay" "today"
    key_typing_mode() "gõ tiếng Việt" "Vietnamese typing"
    weekdays() " T2  T3  T4  T5  T6  T7  CN" " Mo  Tu  We  Th  Fr  Sa  Su"
    calendar_keys() "←→ ngày  ↑↓ tuần  PgUp/Dn tháng" "←→ day  ↑↓ week  PgUp/Dn month"
    how_date() "Gõ 1/7/26 hoặc hôm nay; F7: lịch." "Type 1/7/26 or today; F7: calendar."
    point_shown(lat, lon) "Vĩ độ {lat} · Kinh độ {lon}" "Latitude {lat} · Longitude {lon}"
    typing_off() "Gõ tiếng Việt: tắt (dùng bộ gõ của máy)" "Vietnamese typing: off (the computer's own is used)"
    typing_telex() "Gõ tiếng Việt: Telex (aa â, ow ơ, dd đ; s f r x j)" "Vietnamese typing: Telex (“aa” â, “ow” ơ, “dd” đ; s f r x j)"
    typing_vni() "Gõ tiếng Việt: VNI (6 â, 7 ơ, 8 ă, 9 đ; 1–5 dấu)" "Vietnamese typing: VNI (“a6” â, “o7” ơ, “a8” ă, “d9” đ; 1–5 tones)"
}

/// A month as a title: `Tháng 7/2026`, `July 2026`.
pub fn month_title(lang: Lang, month: u32, year: i32) -> String {
    const EN: [&str; 12] = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
    match lang {
        Lang::Vi => format!("Tháng {month}/{year}"),
        Lang::En => format!("{} {year}", EN.get(month as usize - 1).unwrap_or(&"")),
    }
}
