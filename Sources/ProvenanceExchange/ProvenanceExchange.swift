// ProvenanceExchange writes what is known of runs in the forms that other tools read: OpenLineage events, W3C PROV, Workflow
// Run RO-Crates, and in-toto attestations (`docs/export.md`).
//
// What belongs here is the shape of these documents, made of plain values and given away in pieces, so that their length costs no
// memory. What doesn't: finding runs and their files, reading stores and git, deciding what may be told to others, signing.
// Whoever calls has taken credentials and the machine's own paths out of the values before.
