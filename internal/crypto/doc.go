// Package crypto keeps what people told us unreadable in the database: fields
// are sealed with AES-256-GCM (Tink) and bound to their place, and found again
// through keyed blind indexes. All keys of a deployment live in one document.
//
// A change of keys never needs a stop, but every process must have the new
// document before the next step is taken: one that still runs on the document
// before it cannot open what is sealed under a key it has not got. The data
// key changes by RotateData, a rewrap of the stored fields, DropOldData; the
// index key by BeginIndexRotation, a fill of the second index columns, and
// FinishIndexRotation.
package crypto
