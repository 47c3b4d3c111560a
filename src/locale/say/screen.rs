//! What stands on the screens.

say! {
    state_draft() "nháp" "draft"
    state_submitted() "đã nộp" "submitted"
    state_approved() "đã duyệt" "approved"
    state_returned() "trả lại" "returned"
    state_void() "hủy" "void"
    cleared() "(xóa)" "(cleared)"
    met() "✓ đạt" "✓ met"
    not_met() "chưa đạt" "not yet"
    period_line(from, to) "Kỳ {from} – {to}" "Period {from} – {to}"
    demo_banner() "DỮ LIỆU MẪU, KHÔNG CÓ THẬT" "SYNTHETIC DATA, NOT REAL"
    lineage(records, unapproved, conflicted, overridden, reference, undetermined) "{records} phiếu · chưa duyệt {unapproved} · mâu thuẫn {conflicted} · vượt cảnh báo {overridden} · hệ số tham khảo {reference} · không xác định {undetermined}" "{records} records · unapproved {unapproved} · conflicted {conflicted} · overridden {overridden} · reference factors {reference} · undetermined {undetermined}"
    reading_supports() "lượt hỗ trợ" "supports"
    reading_share() "tỷ lệ cơ sở đạt %" "share that meets it %"
    reading_energy() "mọi năng lượng %" "all energy %"
    reading_mean() "trung bình cộng %" "simple mean %"
    reading_employed() "tổng lao động nông thôn" "rural workers employed"
    reading_ratio() "tỷ số của tổng %" "ratio of totals %"
}
