// DVCProjects reads projects that DVC keeps: `.dvc` files, `dvc.lock`, `dvc.yaml` as far as it says where stages work,
// the settings that say where the cache is, and the cache's two layouts. It is the one home of Yams.
//
// It only reads, and takes all that it reads for hostile: a project may come from anywhere. What is wrong with one file
// is reported (`DVCProblem`) and doesn't keep the others from being read.
//
// What becomes of the outputs of a project — stored objects, lines of the lock file, facts — is not decided here.
