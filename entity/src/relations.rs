//! What every entity needs beside its columns.

/// The relations of an entity: `belongs_to! { Customer: CustomerId => customer.Id, }` says that its column `CustomerId`
/// holds the `Id` of a `customer`. Empty braces: none that is used.
macro_rules! belongs_to {
    ($($relation:ident: $from:ident => $table:ident.$to:ident,)*) => {
        /// The tables it belongs to, as far as they are joined.
        #[derive(Debug, Clone, Copy, sea_orm::EnumIter)]
        pub enum Relation {
            $(
                #[doc = concat!("The row of `", stringify!($table), "` that `", stringify!($from), "` names.")]
                $relation,
            )*
        }

        impl sea_orm::RelationTrait for Relation {
            fn def(&self) -> sea_orm::RelationDef {
                match *self {
                    $(Self::$relation => <Entity as sea_orm::EntityTrait>::belongs_to($crate::$table::Entity)
                        .from(Column::$from)
                        .to($crate::$table::Column::$to)
                        .into(),)*
                }
            }
        }

        $(
            impl sea_orm::Related<$crate::$table::Entity> for Entity {
                fn to() -> sea_orm::RelationDef {
                    sea_orm::RelationTrait::def(&Relation::$relation)
                }
            }
        )*

        impl sea_orm::ActiveModelBehavior for ActiveModel {}
    };
}

pub(crate) use belongs_to;
