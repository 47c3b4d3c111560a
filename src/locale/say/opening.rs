//! What numbers of a report open to.

say! {
    records_listed() "Danh sách hồ sơ (mỗi hồ sơ một dòng)" "The records, each on one line"
    number() "Số" "No."
    in_period() "trong kỳ" "in the period"
    plan_of(year) "kế hoạch {year}" "plan {year}"
    done_in(year) "thực hiện {year}" "done in {year}"
    so_far() "lũy kế chương trình" "programme so far"
    of_numbers(at, count) "←→ số {at}/{count}" "←→ number {at}/{count}"
    key_next_number() "số khác" "other number"
    key_previous_number() "số trước" "number before"
    column(name) "Cột: {name}" "Column: {name}"
}
