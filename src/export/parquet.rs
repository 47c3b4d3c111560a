//! Tables of a data set as Parquet files: the only user of the parquet crate.
//!
//! Rows are gathered in groups; a group is encoded on its own, on whatever thread, and then put into its file in order.

use super::Problem;
use super::columns::{Field, Shape, Type};
use bytes::Bytes;
use parquet::basic::Compression;
use parquet::column::writer::{ColumnCloseResult, get_column_writer, get_typed_column_writer};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::{SerializedFileWriter, SerializedPageWriter, TrackedWrite};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor};
use std::io::{self, Write};
use std::sync::Arc;

/// Rows that come one by one are written in groups of this many, so that memory does not grow with them.
const GROUP: usize = 131_072;

/// A column's values, and for every row whether it has one. Texts lie one behind the other.
enum Column {
    Text(Vec<u8>, Vec<usize>, Vec<i16>),
    Number(Vec<f64>, Vec<i16>),
    Whole(Vec<i64>, Vec<i16>),
    Flag(Vec<bool>, Vec<i16>),
}

/// A table being written.
pub struct ParquetTable<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    plan: Arc<Plan>,
    waiting: Group,
}

/// What every group of a table has in common.
struct Plan {
    kinds: Vec<Type>,
    columns: Vec<ColumnDescPtr>,
    properties: WriterPropertiesPtr,
}

/// Rows that are encoded together.
pub struct Group {
    plan: Arc<Plan>,
    columns: Vec<Column>,
    rows: usize,
}

/// A group as it stands in the file.
pub struct Encoded {
    columns: Vec<(Bytes, ColumnCloseResult)>,
    /// How many rows it has.
    pub rows: usize,
}

impl From<ParquetError> for Problem {
    fn from(error: ParquetError) -> Self {
        Self::Io(io::Error::other(error.to_string()))
    }
}

impl<W: Write + Send> ParquetTable<W> {
    /// Begins a table.
    ///
    /// # Errors
    /// The system's.
    pub fn new(out: W, (name, columns): Shape) -> Result<Self, Problem> {
        let field = |(name, kind): &(&str, Type)| match kind {
            Type::Text => format!("optional binary {name} (utf8);"),
            Type::Number => format!("optional double {name};"),
            Type::Whole => format!("optional int64 {name};"),
            Type::Flag => format!("optional boolean {name};"),
        };
        let schema = Arc::new(parse_message_type(&format!("message {name} {{ {} }}", columns.iter().map(field).collect::<String>()))?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).set_created_by("khuyencong".to_owned()).build();
        let properties = Arc::new(properties);
        let described = SchemaDescriptor::new(schema.clone()).columns().to_vec();
        let plan = Arc::new(Plan { kinds: columns.iter().map(|(_, kind)| *kind).collect(), columns: described, properties: properties.clone() });
        Ok(Self { writer: SerializedFileWriter::new(out, schema, properties)?, waiting: Group::new(&plan), plan })
    }

    /// Adds a row; a field that its column cannot hold is left blank.
    ///
    /// # Errors
    /// The system's.
    pub fn row(&mut self, fields: &[Field<'_>]) -> Result<(), Problem> {
        self.waiting.row(fields);
        if self.waiting.rows == GROUP { self.flush() } else { Ok(()) }
    }

    /// A group to be filled and encoded elsewhere.
    pub fn group(&self) -> Group {
        Group::new(&self.plan)
    }

    /// Adds a group behind what was added before.
    ///
    /// # Errors
    /// The system's.
    pub fn append(&mut self, encoded: Encoded) -> Result<(), Problem> {
        if encoded.rows > 0 {
            let mut group = self.writer.next_row_group()?;
            for (bytes, close) in encoded.columns {
                group.append_column(&bytes, close)?;
            }
            group.close()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Problem> {
        let full = std::mem::replace(&mut self.waiting, Group::new(&self.plan));
        self.append(full.encode()?)
    }

    /// Ends the table and gives back what was written to.
    ///
    /// # Errors
    /// The system's.
    pub fn finish(mut self) -> Result<W, Problem> {
        self.flush()?;
        Ok(self.writer.into_inner()?)
    }
}

impl Group {
    fn new(plan: &Arc<Plan>) -> Self {
        Self { plan: plan.clone(), columns: plan.kinds.iter().map(|kind| Column::new(*kind)).collect(), rows: 0 }
    }

    /// Another one of the same table.
    pub fn another(&self) -> Self {
        Self::new(&self.plan)
    }

    /// Adds a row; a field that its column cannot hold is left blank.
    pub fn row(&mut self, fields: &[Field<'_>]) {
        for (column, field) in self.columns.iter_mut().zip(fields) {
            column.push(*field);
        }
        self.rows += 1;
    }

    /// Encodes its columns.
    ///
    /// # Errors
    /// A column that is too large to be encoded.
    pub fn encode(self) -> Result<Encoded, Problem> {
        let Self { plan, columns, rows } = self;
        if rows == 0 {
            return Ok(Encoded { columns: Vec::new(), rows });
        }
        let encode = |(column, described): (Column, &ColumnDescPtr)| column.encode(described, &plan.properties);
        Ok(Encoded { columns: columns.into_iter().zip(&plan.columns).map(encode).collect::<Result<_, _>>()?, rows })
    }
}

impl Column {
    fn new(kind: Type) -> Self {
        match kind {
            Type::Text => Self::Text(Vec::new(), Vec::new(), Vec::new()),
            Type::Number => Self::Number(Vec::new(), Vec::new()),
            Type::Whole => Self::Whole(Vec::new(), Vec::new()),
            Type::Flag => Self::Flag(Vec::new(), Vec::new()),
        }
    }

    fn push(&mut self, field: Field<'_>) {
        fn keep<T>(values: &mut Vec<T>, levels: &mut Vec<i16>, value: Option<T>) {
            levels.push(i16::from(value.is_some()));
            values.extend(value);
        }
        match self {
            Self::Text(texts, ends, levels) => {
                let text = if let Field::Text(text) = field { Some(text) } else { None };
                texts.extend_from_slice(text.unwrap_or_default().as_bytes());
                keep(ends, levels, text.map(|_| texts.len()));
            }
            Self::Number(values, levels) => keep(values, levels, if let Field::Number(number) = field { Some(number) } else { None }),
            Self::Whole(values, levels) => keep(values, levels, if let Field::Whole(number) = field { Some(number) } else { None }),
            Self::Flag(values, levels) => keep(values, levels, if let Field::Flag(holds) = field { Some(holds) } else { None }),
        }
    }

    fn encode(self, described: &ColumnDescPtr, properties: &WriterPropertiesPtr) -> Result<(Bytes, ColumnCloseResult), Problem> {
        match self {
            Self::Text(texts, ends, levels) => {
                let texts = ByteArray::from(texts);
                let starts = std::iter::once(0).chain(ends.iter().copied());
                let values: Vec<ByteArray> = starts.zip(&ends).map(|(start, end)| texts.slice(start, end - start)).collect();
                encode::<ByteArrayType>(&values, &levels, described, properties)
            }
            Self::Number(values, levels) => encode::<DoubleType>(&values, &levels, described, properties),
            Self::Whole(values, levels) => encode::<Int64Type>(&values, &levels, described, properties),
            Self::Flag(values, levels) => encode::<BoolType>(&values, &levels, described, properties),
        }
    }
}

fn encode<T: DataType>(values: &[T::T], levels: &[i16], described: &ColumnDescPtr, properties: &WriterPropertiesPtr) -> Result<(Bytes, ColumnCloseResult), Problem> {
    let mut out = TrackedWrite::new(Vec::new());
    let pages = SerializedPageWriter::new(&mut out);
    let mut writer = get_typed_column_writer::<T>(get_column_writer(described.clone(), properties.clone(), Box::new(pages)));
    writer.write_batch(values, Some(levels), None)?;
    let close = writer.close()?;
    Ok((out.into_inner()?.into(), close))
}
