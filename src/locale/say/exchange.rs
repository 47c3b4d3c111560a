//! What is said about carrying records between machines.

say! {
    locked_by(machine) "Máy đang ghi: {machine}." "Being written by: {machine}."
    cannot_lock(file) "Không ghi được vào thư mục của {file}: chỉ cho đọc hoặc không có quyền." "The folder of {file} cannot be written to: it is read-only or not permitted."
    cannot_lock_hint(file) "Không có gì thay đổi. Chỉ lấy dữ liệu vào máy: khuyencong restore {file}. Muốn gửi đi: xin quyền ghi, hoặc chọn nơi khác." "Nothing was changed. To only take its records in: khuyencong restore {file}. To send yours: ask for permission, or choose another place."
    packed() "Tệp nén zstd bị hỏng, hoặc đòi nhiều bộ nhớ hơn mức tệp của chương trình này cần." "Its zstd packing is damaged, or asks for more memory than a file of this program needs."
    too_many_files(most) "Chỉ gộp được tối đa {most} tệp một lần." "At most {most} files can be merged at once."

    gap(device, ranges) "Máy {device}: thiếu bản lưu {ranges}. Máy đó cần đồng bộ lại." "{device}: revisions {ranges} are missing. That laptop should sync again."
    fork(device, ranges) "Máy {device}: hai máy cùng dùng tên này (ổ đĩa bị nhân bản?), trùng số {ranges}. Không mất bản lưu nào." "{device}: two laptops write under this name (a copied disk?), numbers {ranges} are taken twice. No revision is lost."
    fork_parted(device, last) "Máy {device}: hai máy cùng dùng tên này, tách nhau sau số {last}." "{device}: two laptops write under this name; they parted after number {last}."
    fork_branch(number, first, last, persons, since) "  Máy thứ {number}: số {first}–{last}, {persons}, từ {since}." "  Laptop {number}: numbers {first}–{last}, {persons}, since {since}."

    clock_ahead(device) "Máy {device}: đồng hồ chạy trước hơn một ngày. Không mất phiếu nào, nhưng hãy chỉnh lại đồng hồ máy đó." "{device}: its clock is more than a day ahead. No record is lost, but that laptop's clock should be set right."

    plan_input(file, new, known, merged, conflicts, duplicates) "{file}: mới {new}, đã có {known}, gộp {merged}, mâu thuẫn {conflicts}, nghi trùng {duplicates}" "{file}: new {new}, known {known}, merged {merged}, conflicts {conflicts}, suspected duplicates {duplicates}"

    central_gone(central, kept) "Không còn tệp {central}: những gì có trong {kept} được đưa lại vào tệp mới." "{central} is gone: what {kept} holds is put into the new one."
    attachments_copied(count) "Đã chép tệp đính kèm: {count}." "Attached files copied: {count}."
    attachments_would_copy(count) "Sẽ chép tệp đính kèm: {count}." "Attached files that would be copied: {count}."
    attachments_missing(count, names) "Chưa có {count} tệp đính kèm ở cả hai nơi: {names}" "Attached files that neither side has: {count}: {names}"
    attachment_damaged(file) "Tệp đính kèm bị hỏng: {file}. Đồng bộ với máy còn giữ bản tốt để lấy lại." "An attached file is damaged: {file}. Sync with a laptop that still has it."
    attachment_failed(file, why) "Không chép được tệp đính kèm {file}: {why}" "The attached file {file} could not be copied: {why}"
}
