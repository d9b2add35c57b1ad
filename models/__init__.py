"""Image classifiers: data sets, architectures, training, storage and prediction.

Importing this package loads nothing heavy; import what you need from its modules:

>>> from models import data, training
>>> digits = data.load("digits")
>>> trained = training.train(training.TrainConfig(architecture="mlp"), digits)
"""
