//! What the synthetic records are drawn from: typical trades of Cà Mau with believable yearly figures, and plainly invented names.

/// A trade with the figures of a middling establishment.
pub struct Trade {
    /// As it stands in the establishment's name.
    pub name: &'static str,
    /// VSIC class.
    pub industry: &'static str,
    /// Eligible group.
    pub group: &'static str,
    /// What it makes.
    pub product: &'static str,
    /// In which unit.
    pub unit: &'static str,
    /// Units a year.
    pub output: u64,
    /// Đồng a unit.
    pub price: u64,
    /// How deep the processing is.
    pub depth: &'static str,
    /// Main raw material.
    pub material: &'static str,
    /// Its unit.
    pub material_unit: &'static str,
    /// Thousandths of it for a unit of product.
    pub material_rate: u64,
    /// Đồng a unit of it.
    pub material_price: u64,
    /// Source and thousandths of its unit for a unit of product.
    pub energy: &'static [(&'static str, u64)],
    /// The machine that is mostly asked for.
    pub machine: &'static str,
    /// What its throughput is measured in.
    pub throughput: &'static str,
    /// Main waste.
    pub waste: &'static str,
    /// Percent of a year's output made from October to March, when Tết is near.
    pub tet_share: u64,
}

type Made = (&'static str, &'static str, u64, u64, &'static str);
type Used = (&'static str, &'static str, u64, u64);

const fn trade(
    (name, industry, group): (&'static str, &'static str, &'static str),
    (product, unit, output, price, depth): Made,
    (material, material_unit, material_rate, material_price): Used,
    energy: &'static [(&'static str, u64)],
    (machine, throughput): (&'static str, &'static str),
    (waste, tet_share): (&'static str, u64),
) -> Trade {
    Trade { name, industry, group, product, unit, output, price, depth, material, material_unit, material_rate, material_price, energy, machine, throughput, waste, tet_share }
}

/// The trades, food first; figures follow what is publicly known of such establishments (domain.md §3.5).
pub const TRADES: [Trade; 22] = [
    trade(
        ("tôm khô", "1020", "agro_food"),
        ("Tôm khô loại 1", "kg", 7_000, 900_000, "deep"),
        ("Tôm đất tươi", "kg", 9_500, 75_000),
        &[("grid_electricity", 2_400), ("firewood", 3_100)],
        ("Máy sấy bơm nhiệt", "kg/mẻ"),
        ("wastewater", 62),
    ),
    trade(
        ("cá khô", "1020", "agro_food"),
        ("Cá khô các loại", "kg", 26_000, 130_000, "primary"),
        ("Cá tươi", "kg", 3_300, 28_000),
        &[("grid_electricity", 450), ("charcoal", 260)],
        ("Máy sấy năng lượng mặt trời", "kg/mẻ"),
        ("odour_noise", 60),
    ),
    trade(
        ("nước mắm", "1020", "agro_food"),
        ("Nước mắm cá cơm", "litre", 42_000, 55_000, "deep"),
        ("Cá cơm", "kg", 950, 18_000),
        &[("grid_electricity", 140), ("diesel", 12)],
        ("Dây chuyền lọc, chiết rót", "lít/giờ"),
        ("odour_noise", 54),
    ),
    trade(
        ("ba khía muối", "1020", "agro_food"),
        ("Mắm ba khía", "kg", 12_000, 180_000, "refined"),
        ("Ba khía sống", "kg", 1_150, 70_000),
        &[("grid_electricity", 300), ("lpg", 45)],
        ("Kho lạnh bảo quản", "kg/mẻ"),
        ("wastewater", 50),
    ),
    trade(
        ("bánh phồng tôm", "1079", "agro_food"),
        ("Bánh phồng tôm", "kg", 68_000, 78_000, "refined"),
        ("Bột mì, thịt tôm", "kg", 770, 62_000),
        &[("grid_electricity", 620), ("lpg", 85)],
        ("Máy cắt bánh tự động", "kg/giờ"),
        ("air_emissions", 66),
    ),
    trade(
        ("chà bông cá", "1075", "agro_food"),
        ("Chà bông cá", "kg", 7_500, 310_000, "refined"),
        ("Cá phi lê", "kg", 4_400, 48_000),
        &[("grid_electricity", 900), ("lpg", 380)],
        ("Máy sao chà bông", "kg/mẻ"),
        ("wastewater", 58),
    ),
    trade(
        ("xay xát lúa", "1061", "agro_food"),
        ("Gạo trắng", "tonne", 1_200, 13_500_000, "primary"),
        ("Lúa khô", "tonne", 1_520, 7_800_000),
        &[("grid_electricity", 26_000), ("diesel", 8_500)],
        ("Máy tách màu gạo", "tấn/giờ"),
        ("air_emissions", 52),
    ),
    trade(
        ("bún tươi", "1074", "agro_food"),
        ("Bún tươi", "kg", 88_000, 14_500, "deep"),
        ("Gạo", "kg", 560, 14_000),
        &[("grid_electricity", 90), ("rice_husk", 520)],
        ("Dây chuyền ép bún", "kg/giờ"),
        ("wastewater", 53),
    ),
    trade(
        ("bánh kẹo", "1071", "agro_food"),
        ("Bánh in, bánh pía", "kg", 24_000, 72_000, "refined"),
        ("Bột, đường, đậu", "kg", 880, 26_000),
        &[("grid_electricity", 480), ("lpg", 110)],
        ("Máy đóng gói tự động", "gói/phút"),
        ("solid", 64),
    ),
    trade(
        ("rượu gạo", "1101", "agro_food"),
        ("Rượu gạo", "litre", 14_000, 42_000, "deep"),
        ("Gạo nếp", "kg", 1_100, 17_000),
        &[("grid_electricity", 60), ("rice_husk", 2_100)],
        ("Nồi chưng cất điện", "lít/giờ"),
        ("wastewater", 61),
    ),
    trade(
        ("nước uống đóng chai", "1105", "agro_food"),
        ("Nước đóng chai 20 lít", "bottle", 180_000, 12_000, "deep"),
        ("Vỏ bình, nắp, màng co", "set", 120, 9_000),
        &[("grid_electricity", 210), ("diesel", 9)],
        ("Hệ thống lọc RO", "lít/giờ"),
        ("none", 49),
    ),
    trade(
        ("nước đá", "3530", "consumer"),
        ("Nước đá cây", "ice_block", 95_000, 16_000, "primary"),
        ("Nước sạch", "m3", 56, 9_500),
        &[("grid_electricity", 5_800)],
        ("Máy nén lạnh trục vít", "kg/mẻ"),
        ("odour_noise", 47),
    ),
    trade(
        ("muối", "0893", "minerals"),
        ("Muối trải bạt", "tonne", 900, 1_350_000, "primary"),
        ("Bạt nhựa", "m2", 38_000, 14_000),
        &[("diesel", 3_200), ("grid_electricity", 4_000)],
        ("Máy bơm nước năng lượng mặt trời", "m³/giờ"),
        ("none", 70),
    ),
    trade(
        ("chiếu lác", "1629", "handicraft"),
        ("Chiếu lác", "piece", 8_500, 125_000, "deep"),
        ("Lác khô", "kg", 2_200, 16_000),
        &[("grid_electricity", 260), ("firewood", 140)],
        ("Máy dệt chiếu", "sản phẩm/giờ"),
        ("solid", 63),
    ),
    trade(
        ("đồ mộc", "3101", "consumer"),
        ("Bàn ghế gỗ", "set", 620, 4_600_000, "deep"),
        ("Gỗ xẻ", "m3", 130, 11_000_000),
        &[("grid_electricity", 27_000), ("diesel", 800)],
        ("Máy CNC đục gỗ", "sản phẩm/giờ"),
        ("solid", 60),
    ),
    trade(
        ("gạch không nung", "2395", "building_materials"),
        ("Gạch không nung", "thousand_pieces", 2_300, 1_250_000, "deep"),
        ("Xi măng", "tonne", 340, 1_650_000),
        &[("grid_electricity", 44_000), ("diesel", 2_300)],
        ("Máy ép gạch thủy lực", "sản phẩm/giờ"),
        ("air_emissions", 55),
    ),
    trade(
        ("cửa sắt, nhôm", "2511", "mechanical"),
        ("Cửa nhôm, sắt", "m2", 1_900, 1_450_000, "deep"),
        ("Nhôm, sắt hộp", "kg", 6_800, 42_000),
        &[("grid_electricity", 5_200), ("lpg", 120)],
        ("Máy cắt laser", "m³/giờ"),
        ("odour_noise", 58),
    ),
    trade(
        ("cơ khí, chân vịt", "2592", "mechanical"),
        ("Chân vịt tàu", "piece", 2_500, 680_000, "deep"),
        ("Đồng, thép", "kg", 7_200, 58_000),
        &[("grid_electricity", 9_000), ("charcoal", 1_700)],
        ("Máy tiện CNC", "sản phẩm/giờ"),
        ("air_emissions", 48),
    ),
    trade(
        ("đóng ghe", "3011", "mechanical"),
        ("Ghe gỗ, composite", "piece", 42, 76_000_000, "deep"),
        ("Gỗ, nhựa composite", "m3", 2_600, 12_500_000),
        &[("grid_electricity", 190_000), ("diesel", 62_000)],
        ("Máy phun composite", "m³/giờ"),
        ("air_emissions", 45),
    ),
    trade(
        ("may mặc", "1410", "consumer"),
        ("Quần áo may sẵn", "piece", 46_000, 62_000, "deep"),
        ("Vải", "m", 1_400, 24_000),
        &[("grid_electricity", 620), ("lpg", 8)],
        ("Máy may lập trình", "sản phẩm/giờ"),
        ("solid", 59),
    ),
    trade(
        ("thức ăn thủy sản", "1080", "agro_food"),
        ("Thức ăn tôm dạng viên", "tonne", 780, 24_500_000, "deep"),
        ("Bột cá, cám", "kg", 1_060_000, 14_500),
        &[("grid_electricity", 62_000), ("coal_34", 41_000)],
        ("Máy ép viên", "tấn/giờ"),
        ("odour_noise", 50),
    ),
    trade(
        ("lưới, dây", "1394", "consumer"),
        ("Lưới đánh cá", "kg", 21_000, 88_000, "deep"),
        ("Sợi PE", "kg", 1_060, 45_000),
        &[("grid_electricity", 1_250), ("diesel", 16)],
        ("Máy dệt lưới", "kg/giờ"),
        ("solid", 51),
    ),
];

/// Family names, the frequent ones of the province.
pub const FAMILY: [&str; 12] = ["Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Lâm", "Danh", "Thạch", "Ngô", "Đặng", "Mai"];

/// Middle and given names of women and men.
pub const GIVEN: [[&str; 8]; 2] = [
    ["Thị Mẫu Một", "Thị Mẫu Hai", "Thị Mẫu Ba", "Thị Lụa", "Thị Sen", "Thị Đước", "Thị Tràm", "Thị Mắm"],
    ["Văn Mẫu Một", "Văn Mẫu Hai", "Văn Mẫu Ba", "Văn Đước", "Văn Tràm", "Văn Bần", "Văn Sú", "Văn Vẹt"],
];

/// Legal forms with their weight.
pub const LEGAL_FORMS: [(&str, u64); 6] = [("household", 62), ("llc_single", 14), ("cooperative", 10), ("private", 7), ("llc_multi", 4), ("cooperative_group", 3)];

/// Countries that machines come from, with their weight.
pub const ORIGINS: [(&str, u64); 5] = [("VN", 55), ("CN", 27), ("TW", 8), ("JP", 7), ("KR", 3)];
