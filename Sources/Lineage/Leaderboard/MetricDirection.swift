/// Whether a metric is better when it is less or when it is more.
public enum MetricDirection: Hashable, Sendable {
  /// Less is better, as of losses and errors.
  case less
  /// More is better, as of scores.
  case more

  /// What a metric's name says; nil if it doesn't, or says both.
  ///
  /// - Parameter name: as `val_loss` or `test/f1`; whole words of it count.
  public init?(metric name: String) {
    let words = Self.words(name)
    let isLess = words.contains { Self.lessWords.contains($0) }
    let isMore = words.contains { Self.moreWords.contains($0) }
    guard isLess != isMore else {
      // `score` says little: that of an error is an error.
      guard !isLess, words.contains("score") else { return nil }
      self = .more
      return
    }
    // scikit-learn turns errors round, as `neg_mean_squared_error`.
    self = isLess == words.contains("neg") ? .more : .less
  }

  private static let lessWords: Set<String> = [
    "brier", "cer", "crossentropy", "deviance", "ece", "entropy", "err", "error", "errors", "fnr", "fpr", "hamming",
    "hinge",
    "latency", "logloss", "loss", "mae", "mape", "mase", "misclassification", "mse", "msle", "nll", "nrmse",
    "perplexity",
    "rmse", "rmsle", "smape", "wape", "wer",
  ]
  private static let moreWords: Set<String> = [
    "acc", "accuracy", "auc", "auprc", "auroc", "bleu", "dice", "f1", "f2", "fbeta", "gini", "iou", "jaccard", "kappa",
    "mcc", "miou", "mrr", "ndcg", "npv", "ppv", "precision", "psnr", "r2", "recall", "rouge", "sensitivity",
    "silhouette",
    "specificity", "ssim", "tnr", "tpr",
  ]

  private static func words(_ name: String) -> Set<String> {
    var words: Set<String> = []
    var word = ""
    var wasSmall = false
    for letter in name {
      let isPart = letter.isLetter || letter.isNumber
      if !isPart || (wasSmall && letter.isUppercase) {
        words.insert(word)
        word = ""
      }
      if isPart { word += letter.lowercased() }
      wasSmall = letter.isLowercase
    }
    words.insert(word)
    return words
  }
}
