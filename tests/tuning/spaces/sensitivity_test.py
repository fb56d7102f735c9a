from absl.testing import absltest
from absl.testing import parameterized

from keras_troubleshoot.tuning.spaces import sensitivity
from keras_troubleshoot.tuning.spaces.sensitivity import Sensitivity


class SensitivityTest(parameterized.TestCase):
    @parameterized.named_parameters(
        ("rate", "learning_rate", "learning rate"),
        ("lr", "lr", "learning rate"),
        ("schedule", "schedule", "schedule"),
        ("rate_decay", "learning_rate_decay", "schedule"),
        ("steps", "decay_steps", "schedule"),
        ("loss", "loss", "loss function"),
        ("units", "units", "layer size"),
        ("camel", "denseUnits2", "layer size"),
        ("scoped", "block_1/filters_2", "layer size"),
        ("embedding", "embedding", "layer size"),
        ("hidden", "hidden_size", "layer size"),
        ("initializer", "kernel_initializer", "initialization"),
        ("layers", "num_layers", "depth"),
        ("blocks", "blocks", "depth"),
        ("kernel", "kernel_size", "layer parameters"),
        ("pool", "pool_size", "layer parameters"),
        ("batch_norm", "batch_norm", "layer parameters"),
        ("decay", "weight_decay", "regularization"),
        ("dropout", "dropout_rate", "regularization"),
        ("l2", "l2", "regularization"),
        ("optimizer", "optimizer", "optimizer"),
        ("beta", "beta_1", "optimizer parameters"),
        ("momentum", "sgd_momentum", "optimizer parameters"),
        ("batch", "batch_size", "batch size"),
        ("activation", "dense_1_activation", "nonlinearity"),
        ("unknown", "flavour", "other"),
        ("part_of_a_word", "alpharate", "other"),
    )
    def test_a_name_tells_its_kind(self, name, kind):
        self.assertEqual(sensitivity.kind_of(name).name, kind)

    def test_the_table_is_the_lecture_s(self):
        told = {
            level: [k.name for k in sensitivity.TABLE if k.sensitivity == level]
            for level in Sensitivity
        }
        self.assertEqual([len(told[level]) for level in Sensitivity], [4, 4, 4])
        self.assertIn("loss function", told[Sensitivity.HIGH])
        self.assertIn("initialization", told[Sensitivity.MEDIUM])
        self.assertIn("optimizer", told[Sensitivity.LOW])

    def test_every_word_leads_to_a_row(self):
        for kind, _ in sensitivity.WORDS:
            self.assertIn(kind, sensitivity.BY_NAME)


if __name__ == "__main__":
    absltest.main()
