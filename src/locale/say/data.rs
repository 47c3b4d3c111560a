//! What is said about data going out to other programs and coming in from them.

say! {
    export() "Xuất phiếu ra tệp cho Excel, R, pandas: dạng bảng như ODK Central và Kobo" "Write records to files for Excel, R, pandas: tables as ODK Central and Kobo shape them"
    output_folder() "Thư mục ghi các tệp; được tạo nếu chưa có" "Folder for the files; made when it is not there"
    one_form() "Chỉ một mẫu phiếu" "One form only"
    labels() "Dùng nhãn (theo --lang) thay cho tên câu hỏi và mã lựa chọn" "Labels (in --lang) instead of the names of questions and choices"
    group_separator() "Dấu giữa mục và câu hỏi ở tên cột: “-” như Central, “/” như Kobo, để trống: không ghi mục" "Between groups and question in column names: “-” as Central, “/” as Kobo, empty: no groups"
    split() "Câu chọn nhiều: thêm mỗi lựa chọn một cột 1/0" "Questions with several answers: one more column of 1/0 for every choice"
    bom() "Tệp CSV có dấu BOM để Excel đọc đúng tiếng Việt (nên dùng --format xlsx)" "CSV files with a byte order mark, so that Excel reads Vietnamese (--format xlsx is better)"
    no_parquet() "Chưa xuất được dạng parquet." "There is no export to parquet yet."
    no_parquet_hint() "Dùng --format csv hoặc --format jsonl: DuckDB, pandas, R đọc được cả hai." "Use --format csv or --format jsonl: DuckDB, pandas and R read both."
    no_workbook() "Không ghi được tệp Excel." "The workbook cannot be written."
    no_workbook_of(record) "Không ghi được tệp Excel: phiếu {record} không vừa." "The workbook cannot be written: the record {record} does not fit into it."
    no_workbook_hint() "Không có tệp nào thay đổi. Dùng --format csv: không bị giới hạn." "No file was changed. Use --format csv: it has no such limits."
    nothing_to_export() "Chưa có phiếu nào đã nộp." "No record was handed in yet."
    left_out_void(count) "Không xuất {count} phiếu đã hủy." "Left out void records: {count}."
    left_out_without_form(count) "Không xuất {count} phiếu vì máy này không có mẫu phiếu của chúng." "Left out records whose form is not on this laptop: {count}."
}
