package io.trawl.steps;

import io.trawl.flow.Step;
import io.trawl.parsing.Reason;
import io.trawl.schema.Expectations;
import io.trawl.schema.Violation;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/** A record to itself, where it meets its schema's expectations. */
final class ExpectStep<T extends SpecificRecord> implements Step<T, T> {
    private static final long serialVersionUID = 1L;
    private final Class<T> type;
    private transient volatile @Nullable Expectations expectations;

    ExpectStep(Class<T> type) {
        this.type = type;
    }

    @Override
    public String name() {
        return "valid." + type.getSimpleName();
    }

    @Override
    public void apply(T record, Out<? super T> out) {
        Expectations checks = expectations;
        if (checks == null) {
            checks = Expectations.of(SpecificData.get().getSchema(type));
            expectations = checks;
        }
        Violation violation = checks.check(record);
        if (violation == null) {
            out.emit(record);
        } else {
            out.reject(Reason.EXPECTATION, violation.field(), violation.message());
        }
    }
}
