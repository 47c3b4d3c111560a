//! What is said about the store: what was repaired on opening, what `doctor` finds.

say! {
    upgraded(format) "Kho dữ liệu kiểu cũ (số {format}) đã được chuyển sang kiểu mới. Không mất phiếu nào." "The store was in an older format ({format}) and was brought up to date. No record was lost."
    refilled(count) "Chỉ mục thiếu {count} bản, đã lấy lại từ nhật ký. Không mất phiếu nào." "The index lacked {count} entries; they were put in again from the journal. No record was lost."
    torn_tail(kept) "Dòng cuối của nhật ký chưa ghi xong khi tắt máy, đã cắt bỏ và giữ ở {kept}. Phiếu đã báo lưu thì không mất." "The journal's last line was unfinished when the power went; it was cut off and kept in {kept}. Nothing that was called saved is lost."
    damaged(lines, recovered) "Nhật ký hỏng ở dòng {lines}; đã lấy lại {recovered} bản từ chỉ mục." "The journal was damaged at line {lines}; {recovered} entries were recovered from the index."
    shortened(recovered) "Nhật ký bị ngắn đi so với lần tắt trước; đã lấy lại {recovered} bản từ chỉ mục." "The journal was shorter than it was left; {recovered} entries were recovered from the index."
    lost(count) "{count} bản không lấy lại được trên máy này: hãy đồng bộ với tệp tổng hợp hoặc lấy lại từ bản sao lưu. Máy này ghi tiếp dưới tên mới." "{count} entries could not be recovered on this laptop: sync with the central file or restore a backup. This laptop goes on under a new name."
    kept(file) "Bản cũ giữ ở {file}." "The old one is kept in {file}."
    drafts_damaged(lines) "Tệp bản nháp hỏng ở dòng {lines}: chữ gõ sau cùng ở đó có thể thiếu. Hãy mở các bản nháp để xem lại." "The drafts were damaged at line {lines}: what was typed there may be missing. Open the drafts and look."
    drafts_changed() "Tệp bản nháp không còn như lần tắt trước: chữ gõ sau cùng có thể thiếu. Hãy mở các bản nháp để xem lại." "The drafts are not as they were left: what was typed last may be missing. Open the drafts and look."
    identity_restored() "identity.toml bị hỏng hoặc mất, đã lấy lại từ identity.copy.toml." "identity.toml was damaged or gone and was restored from identity.copy.toml."
    clock_behind(day) "Đồng hồ máy này chậm: lần lưu trước là ngày {day}. Hãy chỉnh lại ngày giờ của máy." "This laptop's clock is behind: what was saved last is of {day}. Set its date and time right."
    newer(dir, number) "Kho dữ liệu trong {dir} do bản mới hơn của chương trình ghi (số {number})." "The store in {dir} was written by a newer version of the program ({number})."
    newer_hint() "Không có gì thay đổi. Cài bản mới của chương trình." "Nothing was changed. Install the new version of the program."

    lapsed() "duyệt không còn hiệu lực" "approval no longer holds"
    copies_damaged(file, lines) "Bản sao các bản nháp hỏng ở dòng {lines}, những dòng khác vẫn đọc được. Đừng xóa tệp: {file}" "The copy of the drafts is damaged at line {lines}; the other lines could be read. Do not delete the file: {file}"
    drafts_copied(count) "Bản nháp đã chép: {count}." "Drafts copied: {count}."

    repair() "Sửa những gì kiểm tra thấy hỏng; bản hỏng được giữ lại" "Repair what is found damaged; the damaged files are kept"
    doctor_damaged(lines) "Nhật ký hỏng ở dòng {lines}" "Journal damaged at line {lines}"
    doctor_torn() "Dòng cuối của nhật ký chưa ghi xong" "The journal's last line is unfinished"
    doctor_gone(count) "Nhật ký thiếu {count} dòng so với lần tắt trước" "The journal lacks {count} lines that it had when it was left"
    doctor_drafts(lines) "Bản nháp hỏng ở dòng {lines}" "Drafts damaged at line {lines}"
    doctor_attachments(missing) "Tệp đính kèm chưa có trên máy này: {missing}. Đồng bộ với tệp tổng hợp để lấy." "Attached files that are not on this laptop: {missing}. Sync with the central file to get them."
    doctor_contested(id, version) "Có hai mẫu phiếu khác nhau cùng là {id} v{version}: người soạn cần tăng số phiên bản. Không mất câu trả lời nào." "Two different forms are both {id} v{version}: their author should raise the version. No answer is lost."
    doctor_identity(file) "{file} bị hỏng hoặc mất" "{file} is damaged or gone"
    doctor_aside(file) "Đã để riêng từ trước: {file}" "Put aside earlier: {file}"
    doctor_not_whole() "Chỉ mục không khớp với nhật ký" "The index does not agree with the journal"
    doctor_needs_repair() "Có chỗ hỏng. Chạy “khuyencong doctor --repair”: bản hỏng được giữ lại, không mất phiếu nào còn đọc được." "There is damage. Run “khuyencong doctor --repair”: the damaged files are kept, and no record that can be read is lost."
}
