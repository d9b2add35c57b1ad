"""Image classifiers: data sets, architectures, training, storage and prediction.

Nothing heavy is imported here; take what you need from the modules:

>>> from models import data, training
>>> digits = data.load("digits")
>>> trained = training.train(training.TrainConfig(architecture="mlp"), digits)
"""
