//! Numbers in Vietnamese words, as minutes and receipts want them ("Bằng chữ").

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
const SCALES: [&str; 3] = ["", "nghìn", "triệu"];

/// The whole number in words, lower case: `1005000` → `một triệu không trăm lẻ năm nghìn`.
pub fn words(number: i128) -> String {
    if number == 0 {
        return DIGITS[0].to_owned();
    }
    let mut parts = Vec::new();
    if number < 0 {
        parts.push("âm".to_owned());
    }
    billions(number.unsigned_abs(), false, &mut parts);
    parts.join(" ")
}

/// An amount of đồng in words, as a sentence opens: `Ba trăm triệu đồng`.
pub fn money_words(dong: i128) -> String {
    let text = words(dong) + " đồng";
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

fn billions(number: u128, full: bool, parts: &mut Vec<String>) {
    let (high, low) = (number / 1_000_000_000, number % 1_000_000_000);
    if high > 0 {
        billions(high, full, parts);
        parts.push("tỷ".to_owned());
    }
    for scale in (0..3).rev() {
        let group = (low / 1000u128.pow(scale)) % 1000;
        if group > 0 {
            let leading = high == 0 && !full && low / 1000u128.pow(scale + 1) == 0;
            hundreds(group as usize, !leading, parts);
            if scale > 0 {
                parts.push(SCALES[scale as usize].to_owned());
            }
        }
    }
}

fn hundreds(group: usize, full: bool, parts: &mut Vec<String>) {
    let (hundred, ten, one) = (group / 100, group / 10 % 10, group % 10);
    let mut word = |w: &str| parts.push(w.to_owned());
    if hundred > 0 || full {
        word(DIGITS[hundred]);
        word("trăm");
    }
    match ten {
        0 if one > 0 && (hundred > 0 || full) => word("lẻ"),
        0 => {}
        1 => word("mười"),
        _ => {
            word(DIGITS[ten]);
            word("mươi");
        }
    }
    match (ten, one) {
        (_, 0) => {}
        (2.., 1) => word("mốt"),
        (2.., 4) => word("tư"),
        (1.., 5) => word("lăm"),
        _ => word(DIGITS[one]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_an_accountant_writes_them() {
        for (dong, text) in [
            (300_000_000, "Ba trăm triệu đồng"),
            (145_000_000, "Một trăm bốn mươi lăm triệu đồng"),
            (1_005_000, "Một triệu không trăm lẻ năm nghìn đồng"),
            (21_500_000, "Hai mươi mốt triệu năm trăm nghìn đồng"),
            (1_500_000_000, "Một tỷ năm trăm triệu đồng"),
            (10_000, "Mười nghìn đồng"),
            (15, "Mười lăm đồng"),
            (24, "Hai mươi tư đồng"),
            (0, "Không đồng"),
        ] {
            assert_eq!(money_words(dong), text);
        }
    }
}
