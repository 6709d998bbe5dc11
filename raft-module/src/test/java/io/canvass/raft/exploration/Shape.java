package io.canvass.raft.exploration;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The fields of a class, and how an instance is made of their values. The core has no way to be copied, and none
 * shall be added for the sake of a test: this looks in from outside.
 *
 * @param merges what becomes of a field in a canonical copy, in the order of the fields
 */
record Shape(List<Field> fields, List<Merge> merges, Constructor<?> constructor, boolean ofRecord) {
    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            return inspect(type);
        }
    };

    static Shape of(Class<?> type) {
        return SHAPES.get(type);
    }

    private static Shape inspect(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        List<Merge> merges = new ArrayList<>();
        List<Class<?>> types = new ArrayList<>();
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                fields.add(field);
                merges.add(Merge.of(type, field.getName()));
                types.add(field.getType());
            }
        }
        try {
            Constructor<?> constructor = type.isRecord()
                    ? type.getDeclaredConstructor(types.toArray(new Class<?>[0]))
                    : withoutCode(type);
            constructor.setAccessible(true);
            return new Shape(List.copyOf(fields), List.copyOf(merges), constructor, type.isRecord());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Cannot copy " + type, e);
        }
    }

    /** As deserialisation does it: an instance of which no constructor has run. */
    private static Constructor<?> withoutCode(Class<?> type) throws ReflectiveOperationException {
        Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
        Object instance = factory.getMethod("getReflectionFactory").invoke(null);
        return (Constructor<?>) factory.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                .invoke(instance, type, Object.class.getDeclaredConstructor());
    }

    @Nullable Object get(int field, Object from) {
        try {
            return fields.get(field).get(from);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    void set(int field, Object in, @Nullable Object value) {
        try {
            fields.get(field).set(in, value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    Object make(@Nullable Object... arguments) {
        try {
            return constructor.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The value of a field that is there and is not null. */
    static Object read(Object from, String name) {
        Shape shape = of(from.getClass());
        for (int i = 0; i < shape.fields().size(); i++) {
            Object value = shape.get(i, from);
            if (shape.fields().get(i).getName().equals(name) && value != null) {
                return value;
            }
        }
        throw new IllegalStateException(from.getClass() + " has no " + name);
    }
}
