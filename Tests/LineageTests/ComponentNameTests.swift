import Lineage
import Testing

@Suite struct ComponentNameTests {
  @Test(
    "the name is the script's or program's own",
    arguments: [
      ("python train.py", "train"), ("python3.11 -u steps/train.py --depth 5", "train"),
      ("/usr/bin/python3 -X dev -W ignore train.py", "train"), ("python -m pkg.steps.clean --all", "clean"),
      ("python -c pass", "python"), ("python", "python"), ("./run_all.sh", "run_all"), ("bin/tool --x", "tool"),
      ("sh -c true", "sh"), ("bash -ec true", "bash"), ("bash -lc true", "bash"), ("bash build.sh", "build"),
      ("Rscript --vanilla fit.R", "fit"), ("node main.js", "main"), ("env A=1 B=2 python train.py", "train"),
      ("A=1 python train.py", "train"), ("nice -n 10 python train.py", "train"), ("timeout 5m ./slow.sh", "slow"),
      ("uv run train.py", "train"), ("poetry run python train.py", "train"),
      ("conda run -n myenv python train.py", "train"),
      ("conda run --name myenv --no-capture-output python train.py", "train"),
      ("torchrun --nproc_per_node 4 train.py", "train"), ("accelerate launch train.py", "train"),
      ("jupyter nbconvert --execute report.ipynb", "report"), ("papermill in.ipynb out.ipynb", "in"),
      ("java -jar app.jar", "app"), ("cat a b", "cat"), (".hidden", ".hidden"), ("", "run"),
    ])
  func names(_ command: String, expected: String) {
    #expect(ComponentName.of(command.split(separator: " ").map(String.init)) == expected)
  }
}
