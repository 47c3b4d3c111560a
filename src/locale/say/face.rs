//! What the screens say of files that are shown, of long work that can be stopped, and of minutes from a draft.

say! {
    key_show_file() "mở tệp" "open the file"
    key_write() "ghi tệp" "write"
    showing(name) "Đang mở {name} bằng chương trình của máy." "Opening {name} with the system's own program."
    no_viewer(name) "Máy này không có chương trình mở được {name}." "This machine has no program that opens {name}."
    file_lies(path) "Tệp nằm ở {path}" "The file lies at {path}"
    not_shown(name) "{name}: loại tệp này không được mở từ đây, vì nó có thể chạy như một chương trình." "{name}: files of this kind are not opened from here, since they may run as programs."
    file_not_here(name) "{name} chưa có trên máy này. Đồng bộ với tệp trung tâm có kèm thư mục đính kèm để nhận." "{name} is not on this machine yet. Sync with a central file that has its folder of attached files beside it."
    how_choose() "Gõ để tìm, hoặc F7: xem danh sách." "Type to search, or F7: see the list."
    no_file() "Câu này chưa có tệp nào." "There is no file here yet."
    nothing_kept() "Đang thử mẫu: tệp không được giữ lại." "The form is only being tried: no file is kept."

    late() "! chậm so với kế hoạch năm, tính đến hôm nay" "! behind this year's plan as of today"
    seen(count) "Đang làm, đã qua {count}" "At work, {count} done"

    minutes_of_draft() "BẢN NHÁP, PHIẾU CHƯA NỘP" "DRAFT, NOT SUBMITTED YET"
}
