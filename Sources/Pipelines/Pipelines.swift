// What belongs here: `mlt.yaml` and `dvc.yaml` as `docs/design/pipeline-format.md` has them, the stages that they declare, and the graph
// that these make. What doesn't: running a stage, knowing whether one is out of date, reading a disk. Texts come from a `ProjectFiles`, which may
// as well hold what is staged in git as what lies in the work tree.
