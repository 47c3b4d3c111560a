//! Tables of a data set as Parquet files: the only user of the parquet crate.

use super::Problem;
use super::columns::{Field, Shape, Type};
use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::io::{self, Write};
use std::sync::Arc;

/// Rows are written in groups of this many, so that memory does not grow with them.
const GROUP: usize = 131_072;

/// A column's values since the last group, and for every row whether it has one.
enum Column {
    Text(Vec<ByteArray>, Vec<i16>),
    Number(Vec<f64>, Vec<i16>),
    Whole(Vec<i64>, Vec<i16>),
    Flag(Vec<bool>, Vec<i16>),
}

/// A table being written.
pub struct ParquetTable<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Column>,
    waiting: usize,
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
        let schema = parse_message_type(&format!("message {name} {{ {} }}", columns.iter().map(field).collect::<String>()))?;
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).set_created_by("khuyencong".to_owned()).build();
        let writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
        Ok(Self { writer, columns: columns.iter().map(|(_, kind)| Column::new(*kind)).collect(), waiting: 0 })
    }

    /// Adds a row; a field that its column cannot hold is left blank.
    ///
    /// # Errors
    /// The system's.
    pub fn row(&mut self, fields: &[Field<'_>]) -> Result<(), Problem> {
        for (column, field) in self.columns.iter_mut().zip(fields) {
            column.push(*field);
        }
        self.waiting += 1;
        if self.waiting == GROUP { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Problem> {
        if self.waiting > 0 {
            let mut group = self.writer.next_row_group()?;
            for column in &mut self.columns {
                column.write(&mut group)?;
            }
            group.close()?;
            self.waiting = 0;
        }
        Ok(())
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

impl Column {
    fn new(kind: Type) -> Self {
        match kind {
            Type::Text => Self::Text(Vec::new(), Vec::new()),
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
            Self::Text(values, levels) => keep(values, levels, if let Field::Text(text) = field { Some(ByteArray::from(text.as_bytes().to_vec())) } else { None }),
            Self::Number(values, levels) => keep(values, levels, if let Field::Number(number) = field { Some(number) } else { None }),
            Self::Whole(values, levels) => keep(values, levels, if let Field::Whole(number) = field { Some(number) } else { None }),
            Self::Flag(values, levels) => keep(values, levels, if let Field::Flag(holds) = field { Some(holds) } else { None }),
        }
    }

    /// Writes the column's part of a group and empties it.
    fn write<W: Write + Send>(&mut self, group: &mut SerializedRowGroupWriter<'_, W>) -> Result<(), Problem> {
        let Some(mut column) = group.next_column()? else { return Ok(()) };
        match self {
            Self::Text(values, levels) => drain::<ByteArrayType>(&mut column, values, levels)?,
            Self::Number(values, levels) => drain::<DoubleType>(&mut column, values, levels)?,
            Self::Whole(values, levels) => drain::<Int64Type>(&mut column, values, levels)?,
            Self::Flag(values, levels) => drain::<BoolType>(&mut column, values, levels)?,
        }
        Ok(column.close()?)
    }
}

fn drain<T: DataType>(column: &mut SerializedColumnWriter<'_>, values: &mut Vec<T::T>, levels: &mut Vec<i16>) -> Result<(), Problem> {
    column.typed::<T>().write_batch(values, Some(levels), None)?;
    values.clear();
    levels.clear();
    Ok(())
}
