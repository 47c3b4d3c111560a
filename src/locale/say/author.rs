//! What an author is told about a form that can be used, but not as it seems to be meant.

say! {
    never_asked(name) "“{name}” không bao giờ được hỏi: điều kiện không thể đúng" "“{name}” is never asked: its condition can never be true"
    group_never_asked(name) "không câu nào trong “{name}” được hỏi: điều kiện không thể đúng" "nothing in “{name}” is ever asked: its condition can never be true"
    never_allowed() "không câu trả lời nào qua được phép kiểm này" "no answer can ever pass this check"
    default_not_allowed(value) "giá trị mặc định “{value}” không qua được phép kiểm của chính câu này" "the default “{value}” does not pass the question's own check"
    never_typed(column, kind) "{column} không có tác dụng với {kind}: không ai trả lời ở đây" "{column} does nothing on a {kind}: nobody answers here"
    trigger_sets_nothing() "trigger không có tác dụng: không có default để lấy lại" "this trigger does nothing: there is no default to take again"
    differs_in_case(name, first) "tên “{name}” chỉ khác “{first}” ở chữ hoa, chữ thường" "the names “{name}” and “{first}” differ only in case"
    same_label(list, first, name, label) "danh mục {list}: “{first}” và “{name}” cùng nhãn “{label}”" "list {list}: “{first}” and “{name}” have the same label “{label}”"
    no_such_choice(list, name) "danh mục “{list}” không có lựa chọn “{name}”: phép so sánh này không bao giờ đúng" "the list “{list}” has no choice “{name}”: this comparison is never true"
    text_with_number(name, number) "“{name}” là chữ, được so với số {number}" "“{name}” is a text, compared with the number {number}"
    number_with_text(name, text) "“{name}” là số, được so với chữ “{text}”" "“{name}” is a number, compared with the text “{text}”"
    whole_text_matches() "mẫu phải khớp với cả câu trả lời ở đây và trong Collect; biểu mẫu web chỉ tìm một phần: viết ^…$" "here and in Collect the whole answer must match a pattern, web forms look for a part that does: write ^…$"
    untranslated(column, language) "{column} thiếu bản {language}" "the {column} has no {language} text"
    untranslated_choices(list, language, count, names) "danh mục {list}: {count} lựa chọn thiếu bản {language} ({names})" "list {list}: {count} choices have no {language} text ({names})"
}
