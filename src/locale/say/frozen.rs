//! What is said about reports that are frozen.

say! {
    frozen_line(at, person, device) "Số liệu chốt lúc {at} · {person} · máy {device}" "Figures frozen at {at} · {person} · laptop {device}"
    freeze_help() "Chốt số liệu vào tệp này; in lại sau bằng --frozen" "Freeze the figures into this file; print it again later with --frozen"
    frozen_help() "In lại báo cáo đã chốt trong tệp này, không đọc dữ liệu hiện tại" "Print the report that was frozen in this file; today's records are not read"
    no_report(file) "{file} không phải báo cáo đã chốt." "{file} is no frozen report."
    no_report_hint() "Chốt một báo cáo: report --freeze TỆP" "Freeze one: report --freeze FILE"
    newer(file) "{file} do phiên bản mới hơn ghi." "{file} was written by a newer version."
    newer_hint() "Cài phiên bản mới rồi in lại." "Install the newer version, then print it."
    altered(file) "{file} đã bị sửa hoặc hỏng: không còn đúng như lúc chốt." "{file} was altered or damaged: it is not as it was frozen."
    altered_hint() "Dùng bản sao khác của tệp; số liệu đã chốt không tính lại được từ đây." "Use another copy of the file; what was frozen cannot be counted again from it."
}
