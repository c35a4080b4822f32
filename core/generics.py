"""Django's admin and form classes with the type parameters that their stubs have, and they themselves have not."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin, TabularInline
    from django.forms import BaseInlineFormSet, ModelForm
else:

    class Subscriptable:
        def __class_getitem__(cls, parameters: Any) -> type:
            return cls

    class ModelAdmin(Subscriptable, admin.ModelAdmin):
        pass

    class TabularInline(Subscriptable, admin.TabularInline):
        pass

    class ModelForm(Subscriptable, forms.ModelForm):
        pass

    class BaseInlineFormSet(Subscriptable, forms.BaseInlineFormSet):
        pass


__all__ = ["BaseInlineFormSet", "ModelAdmin", "ModelForm", "TabularInline"]
